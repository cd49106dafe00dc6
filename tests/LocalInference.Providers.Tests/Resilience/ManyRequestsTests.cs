using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

public sealed class ManyRequestsTests
{
    /// <summary>1,000 requests at once through a chain of two providers whose answers fail as a seeded dice says.</summary>
    [Fact]
    public async Task A_thousand_requests_end_in_whole_answers_or_errors_and_the_counts_agree()
    {
        const int Count = 1000;
        const int Concurrency = 32;
        const int PerMinute = 700;
        var tries = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        using MeterListener listener = Listen(tries);
        await using FakeProvider first = await FakeProvider.StartAsync((_, number) => Dice(Protocol.OpenAI, number, seed: 1));
        await using FakeProvider second = await FakeProvider.StartAsync((_, number) => Dice(Protocol.Ollama, number, seed: 2));
        ProviderOptions one = TestProviders.Options(first, ProviderKind.OpenAICompatible, "many-1") with { Limits = new() { Concurrency = Concurrency, RequestsPerMinute = PerMinute, MaxWait = TimeSpan.Zero }, Keys = ApiKeys.Of("a", "b"), Resilience = TestProviders.Quick with { Retries = 1 } };
        ProviderOptions two = TestProviders.Options(second, ProviderKind.Ollama, "many-2") with { Limits = new() { Concurrency = Concurrency } };
        using var router = new ModelRouter(
            new ProvidersOptions { Providers = [one, two with { Resilience = TestProviders.Quick with { Retries = 1 } }], Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["chain"] = new() { Models = ["many-1/m-1", "many-2/m-1"] } } },
            LocalServices.None);
        long begun = Stopwatch.GetTimestamp();

        (string Text, Exception? Error)[] results = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => router.Generator.TryAsync(TestProviders.Chat($"Hi {i}") with { Model = "chain" })));

        // Whole, or the error behind a beginning: nothing is lost or doubled.
        Assert.All(results, static result => Assert.True(result.Error is null ? result.Text == "Hello world" : result.Error is ProviderException && result.Text is "" or "Hello"));
        int whole = results.Count(static result => result.Error is null);
        Assert.InRange(whole, Count / 2, Count - 1);
        Assert.InRange(first.MostUnderWay, 2, Concurrency);
        Assert.InRange(second.MostUnderWay, 1, Concurrency);

        // Whoever finds the minute's requests used up goes on to the second one at once.
        int minutes = 1 + (int)(Stopwatch.GetElapsedTime(begun) / MinuteWindow.Window);
        Assert.InRange(first.Requests.Count, PerMinute, PerMinute * minutes);
        Assert.Equal(first.Requests.Count, tries["many-1"]);
        Assert.Equal(second.Requests.Count, tries["many-2"]);
        Assert.All(new[] { "many-1", "many-2" }, name => Assert.Equal(Concurrency, router.FindProvider(name)!.Gate.Free));
        Assert.Equal(2, first.Requests.Select(static request => request.Key).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>A provider that is away for a while: its breaker opens, the other answers, and what is counted here is what it saw.</summary>
    [Fact]
    public async Task A_thousand_requests_get_past_a_provider_that_fails_and_its_breaker_and_metrics_tell_the_same()
    {
        const int Concurrency = 32;
        var counts = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        using MeterListener listener = Listen(counts);
        await using FakeProvider first = await FakeProvider.StartAsync((_, number) => number < Concurrency + 2 ? Protocol.OpenAI.Refusal(503) : Protocol.OpenAI.Whole);
        await using FakeProvider second = await FakeProvider.StartAsync(Protocol.Ollama.Whole);
        ResilienceOptions resilience = TestProviders.Quick with { Retries = 0, BreakerMinimumTries = 8, BreakDuration = TimeSpan.FromSeconds(0.5) };
        ProviderOptions one = TestProviders.Options(first, ProviderKind.OpenAICompatible, "away-1") with { Limits = new() { Concurrency = Concurrency }, Resilience = resilience };
        ProviderOptions two = TestProviders.Options(second, ProviderKind.Ollama, "away-2") with { Limits = new() { Concurrency = Concurrency } };
        using var router = new ModelRouter(
            new ProvidersOptions { Providers = [one, two], Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["chain"] = new() { Models = ["away-1/m-1", "away-2/m-1"] } } },
            LocalServices.None);

        (string Text, Exception? Error)[] results = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => router.Generator.TryAsync(TestProviders.Chat($"Hi {i}") with { Model = "chain" })));
        Assert.All(results, static result => Assert.Equal(("Hello world", null), result));
        Assert.True(counts["away-1 open"] >= 1);

        // The fewer were under way when the breaker opened, the more tries fail after it, each half a second after the one before.
        for (int i = 0; i < 1200 && router.FindProvider("away-1")!.Health != ProviderHealth.Available; i++)
        {
            await Task.Delay(50);
            Assert.Null((await router.Generator.TryAsync(TestProviders.Chat("Hi") with { Model = "chain" })).Error);
        }

        // Each time that it was open it was tried once, and the last time it was well.
        Assert.Equal(ProviderHealth.Available, router.FindProvider("away-1")!.Health);
        Assert.Equal((counts["away-1 open"], 1), (counts["away-1 half_open"], counts["away-1 closed"]));
        Assert.Equal((first.Requests.Count, second.Requests.Count), (counts["away-1"], counts["away-2"]));
        Assert.InRange(first.MostUnderWay, 1, Concurrency);
        Assert.InRange(second.MostUnderWay, 1, Concurrency);
        Assert.All(new[] { "away-1", "away-2" }, name => Assert.Equal(Concurrency, router.FindProvider(name)!.Gate.Free));
    }

    // The n-th request of a server meets the same whatever the order of the callers.
    private static Answer Dice(Protocol protocol, int number, int seed) => new Random((seed * 100_003) + number).Next(20) switch
    {
        0 => new Answer(static wire =>
        {
            wire.Reset();
            return Task.CompletedTask;
        }),
        1 => protocol.Refusal(500),
        2 => protocol.Refusal(429, "rate_limit_error", "slow", ("retry-after-ms", "5")),
        3 => protocol.Refusal(529, "overloaded_error"),
        4 => protocol.Cut(protocol.FirstText, static _ => Task.CompletedTask),
        5 => protocol.Cut(protocol.FirstText + 1, static _ => Task.CompletedTask),
        6 => Answer.Of(200, "<html/>", "text/html"),
        _ => protocol.Whole,
    };

    // Tries by provider, and changes of its breaker by provider and state.
    private static MeterListener Listen(ConcurrentDictionary<string, long> counts)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is "localinference.provider.tries" or "localinference.provider.circuit.changes")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Dictionary<string, object?> named = tags.ToArray().ToDictionary(StringComparer.Ordinal);
            string key = instrument.Name == "localinference.provider.tries" ? $"{named["gen_ai.provider.name"]}" : $"{named["gen_ai.provider.name"]} {named["state"]}";
            counts.AddOrUpdate(key, value, (_, sum) => sum + value);
        });
        listener.Start();
        return listener;
    }
}
