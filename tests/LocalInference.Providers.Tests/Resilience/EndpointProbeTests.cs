namespace LocalInference.Providers.Tests;

public sealed class EndpointProbeTests
{
    private static readonly ResilienceOptions s_probed = TestProviders.Quick with { Retries = 0, BreakerMinimumTries = 2, BreakDuration = TimeSpan.FromMinutes(5), ProbeInterval = TimeSpan.FromMilliseconds(20) };

    [Theory]
    [InlineData(ProviderKind.OpenAI, "/v1/models")]
    [InlineData(ProviderKind.Ollama, "/api/version")]
    public async Task An_endpoint_that_could_not_be_reached_gets_requests_as_soon_as_it_answers(ProviderKind kind, string path)
    {
        var protocol = Protocol.Of(kind);
        bool isUp = false;
        await using FakeProvider server = await FakeProvider.StartAsync((request, _) =>
            !Volatile.Read(ref isUp) ? Reset()
            : request.Path == path ? Answer.Of(401, "{}")
            : protocol.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, kind) with { Resilience = s_probed, Keys = ApiKeys.Of("secret") });

        await OpenAsync(provider);
        await ResilienceTests.EventuallyAsync(() => server.Requests.Count(request => request.Path == path) >= 2);
        Assert.Equal(ProviderHealth.Unavailable, provider.Health);
        Volatile.Write(ref isUp, true);
        await ResilienceTests.EventuallyAsync(() => provider.Health == ProviderHealth.Available);

        Assert.Equal("Hello world", (await provider.Generator.RunAsync(TestProviders.Chat("Hi"))).Text());
        int probes = server.Requests.Count(request => request.Path == path);
        await Task.Delay(200);
        Assert.Equal(probes, server.Requests.Count(request => request.Path == path));
        Assert.All(server.Requests.Where(request => request.Path == path), static request => Assert.Null(request.Key));
    }

    [Fact]
    public async Task An_endpoint_that_fails_inside_is_not_taken_for_well_because_it_answers()
    {
        await using FakeProvider server = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Refusal(500));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Resilience = s_probed });

        await OpenAsync(provider);
        await Task.Delay(200);

        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(ProviderHealth.Unavailable, provider.Health);
    }

    [Fact]
    public async Task An_endpoint_that_says_whether_it_is_ready_is_asked_whatever_failed()
    {
        bool isReady = false;
        await using FakeProvider server = await FakeProvider.StartAsync((request, _) =>
            request.Path != "/health" ? Volatile.Read(ref isReady) ? Protocol.OpenAI.Whole : Protocol.OpenAI.Refusal(503)
            : Volatile.Read(ref isReady) ? Answer.Of(200, "{}")
            : Answer.Of(503, "{}"));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.LlamaServer) with { Resilience = s_probed });

        await OpenAsync(provider);
        await ResilienceTests.EventuallyAsync(() => server.Requests.Any(static request => request.Path == "/health"));
        Assert.Equal(ProviderHealth.Unavailable, provider.Health);
        Volatile.Write(ref isReady, true);
        await ResilienceTests.EventuallyAsync(() => provider.Health == ProviderHealth.Available);

        Assert.Equal("Hello world", (await provider.Generator.RunAsync(TestProviders.Chat("Hi"))).Text());
    }

    private static async Task OpenAsync(RemoteProvider provider)
    {
        for (int i = 0; i < 2; i++)
        {
            Assert.NotNull((await provider.Generator.TryAsync(TestProviders.Chat("Hi"))).Error);
        }
    }

    private static Answer Reset() => new(static wire =>
    {
        wire.Reset();
        return Task.CompletedTask;
    });
}
