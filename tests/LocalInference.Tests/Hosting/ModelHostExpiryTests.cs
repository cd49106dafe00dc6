using System.Collections.Concurrent;

namespace LocalInference.Tests.Hosting;

/// <summary>How long models stay after their last use.</summary>
[Collection(ModelTests.Name)]
public sealed class ModelHostExpiryTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly HostedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_model_expires_five_minutes_after_its_last_use()
    {
        await using ModelHost host = _files.Host(null, _files.Write("a"));
        Task<ModelChangedEventArgs> expired = HostWatch.Next(host, ModelChange.Expired);
        HostedModel use = await host.AcquireAsync("a");
        _files.Clock.Advance(60 * s_minute);
        Assert.Null(Assert.Single(host.GetLoadedModels()).ExpiresAt);
        Assert.Equal(0, _files.Clock.ArmedTimers);

        use.Dispose();
        Assert.Equal(_files.Clock.GetUtcNow() + (5 * s_minute), Assert.Single(host.GetLoadedModels()).ExpiresAt);
        Assert.Equal(1, _files.Clock.ArmedTimers);
        _files.Clock.Advance(4 * s_minute);
        using (await host.AcquireAsync("a"))
        {
        }

        _files.Clock.Advance((5 * s_minute) - TimeSpan.FromSeconds(1));
        Assert.Single(host.GetLoadedModels());
        _files.Clock.Advance(TimeSpan.FromSeconds(1));
        ModelChangedEventArgs change = await expired.WaitAsync(HostedFiles.Patience);
        Assert.Equal("a", change.Name);
        Assert.True(change.SizeInBytes > 0);
        Assert.Empty(host.GetLoadedModels());
        Assert.Equal((1, 1), (host.Counters.Loads, host.Counters.Expirations));
    }

    [Fact]
    public async Task Each_use_can_say_how_long_the_model_stays()
    {
        ModelLocation a = _files.Write("a") with { KeepAlive = 2 * s_minute };
        await using ModelHost host = _files.Host(null, a);
        (await host.AcquireAsync("a")).Dispose();
        Assert.Equal(_files.Clock.GetUtcNow() + (2 * s_minute), Assert.Single(host.GetLoadedModels()).ExpiresAt);

        await host.LoadAsync("a", Timeout.InfiniteTimeSpan);
        _files.Clock.Advance(TimeSpan.FromDays(400));
        Assert.Null(Assert.Single(host.GetLoadedModels()).ExpiresAt);

        HostedModel other = await host.AcquireAsync("a");
        Task expired = HostWatch.Next(host, ModelChange.Expired);
        await host.LoadAsync("a", TimeSpan.Zero);
        Assert.Single(host.GetLoadedModels());
        other.Dispose();
        await expired.WaitAsync(HostedFiles.Patience);
        Assert.Empty(host.GetLoadedModels());
    }

    [Fact]
    public async Task A_use_that_does_not_say_leaves_it_at_what_others_said()
    {
        await using ModelHost host = _files.Host(null, _files.Write("a"));
        await host.LoadAsync("a", Timeout.InfiniteTimeSpan);
        await host.LoadAsync("a");
        Assert.Null(Assert.Single(host.GetLoadedModels()).ExpiresAt);

        await host.LoadAsync("a", 2 * s_minute);
        _files.Clock.Advance(s_minute);
        await host.LoadAsync("a");
        Assert.Equal(_files.Clock.GetUtcNow() + (2 * s_minute), Assert.Single(host.GetLoadedModels()).ExpiresAt);

        // Only this load was told.
        Assert.True(await host.UnloadAsync("a"));
        await host.LoadAsync("a");
        Assert.Equal(_files.Clock.GetUtcNow() + (5 * s_minute), Assert.Single(host.GetLoadedModels()).ExpiresAt);
    }

    [Fact]
    public async Task Nobody_is_told_of_a_models_end_before_its_beginning()
    {
        using var heard = new ManualResetEventSlim();
        using CancellationTokenSource cancel = new();
        await using ModelHost host = _files.Host(null, _files.Write("a"));
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new ConcurrentQueue<string>();
        host.Changed += (_, e) =>
        {
            told.Enqueue($"{e.Change}");
            if (e.Change == ModelChange.Loaded)
            {
                begun.SetResult();
                heard.Wait(HostedFiles.Patience);
                told.Enqueue("heard");
            }
        };
        Task<ModelChangedEventArgs> expired = HostWatch.Next(host, ModelChange.Expired);
        Task<HostedModel> use = host.AcquireAsync("a", TimeSpan.Zero, contextLength: null, cancel.Token).AsTask();
        await begun.Task.WaitAsync(HostedFiles.Patience);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => use);

        // Time for one that would come too early; nothing depends on how long it is.
        await Task.WhenAny(expired, Task.Delay(TimeSpan.FromMilliseconds(200)));
        heard.Set();
        await expired.WaitAsync(HostedFiles.Patience);
        Assert.Equal("Loaded heard Expired", string.Join(' ', told));
    }
}
