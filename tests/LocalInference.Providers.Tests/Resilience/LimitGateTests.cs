using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

public sealed class LimitGateTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Who_comes_when_all_places_are_taken_waits_and_who_comes_when_all_wait_is_refused()
    {
        var gate = new LimitGate("p", new ProviderLimits { Concurrency = 1, QueueLength = 1 }, _time);
        LimitPermit first = await gate.EnterAsync(1, CancellationToken.None);
        Task<LimitPermit> second = gate.EnterAsync(1, CancellationToken.None).AsTask();

        ProviderException refused = await Assert.ThrowsAsync<ProviderException>(() => gate.EnterAsync(1, CancellationToken.None).AsTask());
        Assert.False(second.IsCompleted);
        first.Dispose();
        first.Dispose();
        (await second).Dispose();

        Assert.Equal(("provider_busy", ProviderErrorKind.RateLimit), (refused.Code, refused.Kind));
        Assert.Equal(1, gate.Free);
    }

    [Fact]
    public async Task Who_waits_for_the_minute_is_let_through_at_its_turn()
    {
        var gate = new LimitGate("p", new ProviderLimits { RequestsPerMinute = 1 }, _time, TimeSpan.FromMinutes(1));
        (await gate.EnterAsync(1, CancellationToken.None)).Dispose();
        Task<LimitPermit> second = gate.EnterAsync(1, CancellationToken.None).AsTask();

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        (await second).Dispose();
    }

    [Fact]
    public async Task Who_would_wait_too_long_is_told_how_long_and_leaves_nothing_behind()
    {
        var limits = new ProviderLimits { RequestsPerMinute = 5, TokensPerMinute = 100, MaxWait = TimeSpan.FromSeconds(30) };
        var gate = new LimitGate("p", limits, _time, TimeSpan.FromMinutes(1));
        (await gate.EnterAsync(100, CancellationToken.None)).Dispose();

        ProviderException refused = await Assert.ThrowsAsync<ProviderException>(() => gate.EnterAsync(1, CancellationToken.None).AsTask());

        Assert.Equal((ProviderErrorKind.RateLimit, TimeSpan.FromMinutes(1)), (refused.Kind, refused.RetryAfter!.Value));
        Assert.Equal(limits.Concurrency, gate.Free);
    }

    [Fact]
    public async Task Who_leaves_while_waiting_gives_the_place_back()
    {
        var gate = new LimitGate("p", new ProviderLimits { TokensPerMinute = 100, MaxWait = TimeSpan.FromMinutes(5) }, _time, TimeSpan.FromMinutes(1));
        LimitPermit first = await gate.EnterAsync(100, CancellationToken.None);
        using var cancellation = new CancellationTokenSource();
        Task<LimitPermit> second = gate.EnterAsync(100, cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Correct(10);
        first.Dispose();
        Task<LimitPermit> third = gate.EnterAsync(100, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromMinutes(1));

        (await third).Dispose();
        Assert.Equal(64, gate.Free);
    }
}
