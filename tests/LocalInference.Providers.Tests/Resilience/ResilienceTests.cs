using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

public sealed class ResilienceTests
{
    [Fact]
    public async Task A_circuit_opens_and_closes_again()
    {
        int failures = 4;
        var time = new ManualTime();
        await using FakeProvider server = await FakeProvider.StartAsync((_, number) => number < failures ? Protocol.OpenAI.Refusal(500) : Protocol.OpenAI.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with
        {
            TimeProvider = time,
            Resilience = TestProviders.Quick with { Retries = 0, BreakerMinimumTries = 4, BreakerWindow = TimeSpan.FromSeconds(30), BreakDuration = TimeSpan.FromSeconds(0.5) },
        });

        for (int i = 0; i < failures; i++)
        {
            Assert.Equal("provider_outage", await Code());
        }

        (_, Exception? error) = await provider.Generator.TryAsync(TestProviders.Chat("Hi"));
        var open = Assert.IsType<ProviderException>(error);
        Assert.Equal(("provider_circuit_open", ProviderErrorKind.Outage), (open.Code, open.Kind));
        Assert.NotNull(open.RetryAfter);
        Assert.Equal(failures, server.Requests.Count);

        time.Advance(TimeSpan.FromSeconds(0.7));
        Assert.Null(await Code());
        Assert.Null(await Code());

        async Task<string?> Code() => ((await provider.Generator.TryAsync(TestProviders.Chat("Hi"))).Error as LocalInferenceException)?.Code;
    }

    [Fact]
    public async Task What_a_request_is_to_blame_for_opens_no_circuit()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Refusal(400));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Resilience = TestProviders.Quick with { BreakerMinimumTries = 2 } });

        for (int i = 0; i < 10; i++)
        {
            await provider.Generator.TryAsync(TestProviders.Chat("Hi"));
        }

        Assert.Equal(10, server.Requests.Count);
    }

    [Fact]
    public async Task A_slow_answer_is_raced_and_the_loser_gives_everything_back()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(new Answer(static wire => wire.StallAsync()), Protocol.OpenAI.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Resilience = TestProviders.Quick with { HedgeAfter = TimeSpan.FromMilliseconds(100) } });

        List<GenerationEvent> events = await provider.Generator.RunAsync(TestProviders.Chat("Hi"));

        Assert.Equal("Hello world", events.Text());
        Assert.Equal(2, server.Requests.Count);
        await EventuallyAsync(() => provider.Gate.Free == provider.Options.Limits.Concurrency);
    }

    [Fact]
    public async Task The_winner_of_a_race_is_read_to_its_end()
    {
        // The first one answers as well, only later: the race is decided by then.
        await using FakeProvider server = await FakeProvider.StartAsync((_, number) => new Answer(async wire =>
        {
            await Task.Delay(number == 0 ? 400 : 0, wire.Left);
            wire.Head(200, "text/event-stream");
            foreach (string piece in Protocol.OpenAI.Pieces)
            {
                await wire.WriteAsync(piece);
                await Task.Delay(150, wire.Left);
            }
        }));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Resilience = TestProviders.Quick with { HedgeAfter = TimeSpan.FromMilliseconds(50) } });

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("Hello world", (await provider.Generator.RunAsync(TestProviders.Chat("Hi"))).Text());
        }

        await EventuallyAsync(() => provider.Gate.Free == provider.Options.Limits.Concurrency);
    }

    [Fact]
    public async Task A_second_try_that_fails_does_not_end_the_first()
    {
        TimeSpan hedgeAfter = TimeSpan.FromMilliseconds(50);
        var time = new ManualTime();
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeProvider server = await FakeProvider.StartAsync((_, number) => new Answer(async wire =>
        {
            if (number > 0)
            {
                await Protocol.OpenAI.Refusal(400).WriteAsync(wire);
                second.TrySetResult();
                return;
            }

            // The first one is here, and only now it has been too slow. It answers behind the second one.
            await EventuallyAsync(() => time.NextDue == hedgeAfter);
            time.Advance(hedgeAfter);
            await second.Task.WaitAsync(wire.Left);
            await Task.Delay(400, wire.Left);
            await Protocol.OpenAI.Whole.WriteAsync(wire);
        }));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Resilience = TestProviders.Quick with { HedgeAfter = hedgeAfter }, TimeProvider = time });

        Assert.Equal("Hello world", (await provider.Generator.RunAsync(TestProviders.Chat("Hi"))).Text());

        Assert.Equal(2, server.Requests.Count);
        await EventuallyAsync(() => provider.Gate.Free == provider.Options.Limits.Concurrency);
    }

    [Fact]
    public async Task Keys_that_are_limited_together_do_not_take_turns_for_ever()
    {
        await using FakeProvider server = await FakeProvider.StartAsync((_, _) => Answer.Of(429, """{"error":{"message":"slow down"}}""", headers: ("retry-after-ms", "1")));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Keys = ApiKeys.Of("a", "b") });

        ProviderException error = await Assert.ThrowsAsync<ProviderException>(() => provider.Generator.RunAsync(TestProviders.Chat("Hi")));

        Assert.Equal(ProviderErrorKind.RateLimit, error.Kind);
        Assert.InRange(server.Requests.Count, 2, 2 * (provider.Options.Resilience.Retries + 1));
    }

    [Fact]
    public async Task A_reader_who_takes_his_time_is_no_silence_of_the_provider()
    {
        ResilienceOptions resilience = TestProviders.Quick with { TotalTimeout = TimeSpan.FromHours(1) };
        var time = new ManualTime();
        await using FakeProvider server = await FakeProvider.StartAsync((_, _) => new Answer(async wire =>
        {
            wire.Head(200, "text/event-stream");
            foreach (string piece in Protocol.OpenAI.Pieces)
            {
                await wire.WriteAsync(piece);
                await Task.Delay(20, wire.Left);
            }
        }));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Resilience = resilience, TimeProvider = time });
        List<GenerationEvent> events = [];
        await foreach (GenerationEvent e in provider.Generator.GenerateAsync(TestProviders.Chat("Hi")))
        {
            if (e is TextDelta && !events.OfType<TextDelta>().Any())
            {
                time.Advance(2 * resilience.IdleTimeout);
            }

            events.Add(e);
        }

        Assert.Equal("Hello world", events.Text());
    }

    [Fact]
    public void An_answer_of_any_length_is_counted()
    {
        Assert.Equal(int.MaxValue, Exchange.Estimate(new byte[400], int.MaxValue));
        Assert.Equal(111, Exchange.Estimate(new byte[400], 10));
    }

    [Fact]
    public async Task Embeddings_are_retried_too()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Refusal(503), Answer.Of(200, "{\"data\":[{\"emb"), Answer.Of(200, """{"data":[]}"""), Answer.Of(200, """{"data":[{"index":0,"embedding":[1]}]}"""));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));

        EmbeddingResult result = await provider.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = ["a"] });

        Assert.Equal([1f], Assert.Single(result.Embeddings).Vector.ToArray());
        Assert.Equal(4, server.Requests.Count);
        Assert.Equal(provider.Options.Limits.Concurrency, provider.Gate.Free);
    }

    [Fact]
    public async Task No_more_requests_are_under_way_than_allowed()
    {
        await using FakeProvider server = await FakeProvider.StartAsync((_, _) => new Answer(async wire =>
        {
            await Task.Delay(10, wire.Left);
            await Protocol.OpenAI.Whole.WriteAsync(wire);
        }));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Limits = new() { Concurrency = 3 } });

        List<GenerationEvent>[] answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => provider.Generator.RunAsync(TestProviders.Chat("Hi"))));

        Assert.All(answers, static answer => Assert.Equal("Hello world", answer.Text()));
        Assert.InRange(server.MostUnderWay, 1, 3);
    }

    [Fact]
    public void All_that_is_wrong_with_options_is_told_at_once()
    {
        GenerationException error = Assert.Throws<GenerationException>(() => new RemoteProvider(new ProviderOptions
        {
            Name = "a/b",
            Kind = ProviderKind.Ollama,
            Address = new Uri("http://example.org"),
            IsOnThisMachine = true,
            Resilience = new() { Retries = -1, BreakerFailureRatio = 0 },
            Limits = new() { Concurrency = 0 },
        }));

        Assert.Equal("configuration_invalid", error.Code);
        foreach (string part in new[] { "a/b", "loopback", "Retries", "BreakerFailureRatio", "Concurrency" })
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    internal static async Task EventuallyAsync(Func<bool> condition)
    {
        for (int i = 0; i < 6000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }
}
