using LocalInference.Abstractions;
using LocalInference.Testing;

namespace LocalInference.Providers.Tests;

public sealed class ResponseCacheTests
{
    private readonly ManualTime _time = new();
    private readonly FakeCatalog _catalog = new();
    private readonly ScriptedTextGenerator _script = new(static (_, place) => ScriptedAnswer.Think("Well.").ThenSay($"answer {place} of some words"));

    [Fact]
    public async Task The_same_request_gets_the_same_answer_at_no_cost_and_says_so()
    {
        ITextGenerator generator = Cache().Over(_script);

        List<GenerationEvent> first = await generator.RunAsync(Greedy("Hi"));
        List<GenerationEvent> second = await generator.RunAsync(Greedy("Hi") with { ReportPromptProgress = true });

        Assert.Single(_script.Requests);
        Assert.Equal(first.Text(), second.Text());
        Assert.Equal([typeof(GenerationStarted), typeof(PromptProgressed), typeof(ReasoningDelta), typeof(TextDelta), typeof(GenerationEnded)], second.Select(static e => e.GetType()));
        Assert.NotEqual(((GenerationStarted)first[0]).ResponseId, ((GenerationStarted)second[0]).ResponseId, StringComparer.Ordinal);
        GenerationUsage usage = ((GenerationEnded)second[^1]).Usage;
        Assert.Equal((AnswerReuse.Exact, 0m, 10, 10), (usage.Reuse, usage.Cost, usage.PromptTokens, usage.CachedPromptTokens));
        Assert.Equal((AnswerReuse.None, TimeSpan.Zero), (((GenerationEnded)first[^1]).Usage.Reuse, usage.TotalDuration));
    }

    [Theory]
    [InlineData(null, null, 2)]
    [InlineData(0.7f, null, 2)]
    [InlineData(0.7f, true, 1)]
    [InlineData(0f, null, 1)]
    [InlineData(0f, false, 2)]
    public async Task It_takes_what_would_come_out_the_same_or_asks_for_it(float? temperature, bool? asked, int requests)
    {
        ITextGenerator generator = Cache().Over(_script);
        GenerationRequest request = TestProviders.Chat("Hi") with { Sampling = new() { Temperature = temperature }, ReuseAnswers = asked };

        await generator.RunAsync(request);
        await generator.RunAsync(request);

        Assert.Equal(requests, _script.Requests.Count);
    }

    [Fact]
    public async Task Nobody_gets_what_somebody_else_was_answered()
    {
        ITextGenerator generator = Cache().Over(_script);

        Assert.NotEqual((await generator.RunAsync(Greedy("Hi") with { Caller = "ann" })).Text(), (await generator.RunAsync(Greedy("Hi") with { Caller = "bob" })).Text(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task An_answer_is_forgotten_after_its_time_and_when_its_model_is_another()
    {
        ResponseCache cache = Cache();
        ITextGenerator generator = cache.Over(_script);

        await generator.RunAsync(Greedy("Hi"));
        _time.Advance(TimeSpan.FromMinutes(61));
        await generator.RunAsync(Greedy("Hi"));
        Assert.Equal(2, _script.Requests.Count);
        _catalog.Digest = "sha256:b";
        await generator.RunAsync(Greedy("Hi"));
        await generator.RunAsync(Greedy("Hi"));

        Assert.Equal((3, 1), (_script.Requests.Count, cache.Count));
        cache.Clear();
        Assert.Equal((0, 0L), (cache.Count, cache.Bytes));
    }

    [Fact]
    public async Task The_answer_unused_longest_makes_room()
    {
        ResponseCache cache = Cache(ResponseCacheOptions.Default with { MaxEntries = 2 });
        ITextGenerator generator = cache.Over(_script);

        foreach (string text in (string[])["a", "b", "a", "c", "a", "b"])
        {
            await generator.RunAsync(Greedy(text));
        }

        Assert.Equal(4, _script.Requests.Count);
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public async Task It_never_takes_more_bytes_than_it_may()
    {
        ResponseCache cache = Cache(ResponseCacheOptions.Default with { MaxBytes = 20_000 });
        var script = new ScriptedTextGenerator(static (request, _) => ScriptedAnswer.Say(((ChatInput)request.Input).Messages[0].Text));
        ITextGenerator generator = cache.Over(script);

        for (int i = 1; i < 40; i++)
        {
            await generator.RunAsync(Greedy(new string('x', i * 500)));
            Assert.InRange(cache.Bytes, 0, 20_000);
        }

        Assert.InRange(cache.Count, 1, 20);
    }

    [Fact]
    public async Task Calls_cut_answers_failures_and_answers_of_a_stand_in_are_not_kept()
    {
        ResponseCache cache = Cache();
        var script = new ScriptedTextGenerator(
            ScriptedAnswer.Call("f", "{}"),
            ScriptedAnswer.Say("cut") with { FinishReason = FinishReason.ContextFull },
            ScriptedAnswer.Say("beg").ThenFail(ScriptedFailure.Busy(TimeSpan.FromSeconds(1))),
            ScriptedAnswer.Say("fallback"));
        ITextGenerator generator = cache.Over(script);

        await generator.RunAsync(Greedy("Hi"));
        await generator.RunAsync(Greedy("Hi"));
        (string text, Exception? error) = await generator.TryAsync(Greedy("Hi"));
        await cache.Over(new Routed(script, new GenerationRoute("cloud", "cloud/small", "'local' failed", 2))).RunAsync(Greedy("Hi"));

        Assert.Equal(("beg", "busy"), (text, ((BusyException)error!).Code));
        Assert.Equal((4, 0), (script.Requests.Count, cache.Count));
    }

    [Fact]
    public async Task Requests_that_come_meanwhile_join_and_each_reads_the_whole_answer()
    {
        var script = new ScriptedTextGenerator(static (_, _) => ScriptedAnswer.Say("one two ").ThenWait(TimeSpan.FromSeconds(1)).ThenSay("three")) { TimeProvider = _time };
        ITextGenerator generator = Cache().Over(script);

        // The answer waits until all have come, however long that takes.
        Task<List<GenerationEvent>[]> reading = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => generator.RunAsync(Greedy("Hi"))));
        await Eventually(() => _time.NextDue is not null);
        _time.Advance(TimeSpan.FromSeconds(1));
        List<GenerationEvent>[] answers = await reading;

        Assert.Single(script.Requests);
        Assert.All(answers, static answer => Assert.Equal("one two three", answer.Text()));
        Assert.Equal(20, answers.Select(static answer => ((GenerationStarted)answer[0]).ResponseId).Distinct(StringComparer.Ordinal).Count());
        Assert.Single(answers, static answer => ((GenerationEnded)answer[^1]).Usage.Reuse == AnswerReuse.None);
        Assert.Equal(19, answers.Count(static answer => ((GenerationEnded)answer[^1]).Usage.Reuse == AnswerReuse.Shared));
    }

    [Fact]
    public async Task A_shared_answer_goes_on_while_anybody_reads_it_and_ends_with_the_last()
    {
        var script = new ScriptedTextGenerator(static (_, _) => ScriptedAnswer.Say("one ").ThenWait(TimeSpan.FromSeconds(30)).ThenSay("two"));
        ResponseCache cache = Cache();
        ITextGenerator generator = cache.Over(script);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task<(string Text, Exception? Error)> one = generator.TryAsync(Greedy("Hi"), first.Token);
        Task<(string Text, Exception? Error)> two = generator.TryAsync(Greedy("Hi"), second.Token);

        await first.CancelAsync();
        Assert.IsAssignableFrom<OperationCanceledException>((await one).Error);
        Assert.Equal(0, script.CancelledAnswers);
        await second.CancelAsync();
        Assert.IsAssignableFrom<OperationCanceledException>((await two).Error);

        await Eventually(() => script.CancelledAnswers == 1 && cache.Running.IsEmpty);
        Assert.Single(script.Requests);
    }

    [Fact]
    public async Task A_failure_reaches_all_who_joined_and_the_next_request_is_made_anew()
    {
        ScriptedAnswer failing = ScriptedAnswer.Empty.ThenWait(TimeSpan.FromSeconds(1)).ThenFail(ScriptedFailure.Busy(TimeSpan.FromSeconds(1)));
        var script = new ScriptedTextGenerator((_, place) => place == 0 ? failing : ScriptedAnswer.Say("ok")) { TimeProvider = _time };
        ITextGenerator generator = Cache().Over(script);

        Task<(string Text, Exception? Error)[]> reading = Task.WhenAll(Enumerable.Range(0, 5).Select(_ => generator.TryAsync(Greedy("Hi"))));
        await Eventually(() => _time.NextDue is not null);
        _time.Advance(TimeSpan.FromSeconds(1));
        (string Text, Exception? Error)[] results = await reading;

        Assert.All(results, static result => Assert.IsType<BusyException>(result.Error));
        Assert.Equal("ok", (await generator.RunAsync(Greedy("Hi"))).Text());
        Assert.Equal(2, script.Requests.Count);
    }

    [Fact]
    public async Task Similar_questions_of_one_caller_share_an_answer_and_no_others_do()
    {
        var embedder = new FakeEmbedder(("What is 1+1?", [1, 0]), ("How much is 1+1?", [0.98f, 0.2f]), ("What is love?", [0.5f, 0.86f]));
        ResponseCache cache = Cache(ResponseCacheOptions.Default with { SimilarityThreshold = 0.95f }, embedder);
        ITextGenerator generator = cache.Over(_script);

        string first = (await generator.RunAsync(Greedy("What is 1+1?"))).Text();
        List<GenerationEvent> near = await generator.RunAsync(Greedy("How much is 1+1?"));
        string far = (await generator.RunAsync(Greedy("What is love?"))).Text();
        string other = (await generator.RunAsync(Greedy("How much is 1+1?") with { Caller = "bob" })).Text();
        string longer = (await generator.RunAsync(Greedy("How much is 1+1?") with { MaxTokens = 5 })).Text();
        string unknown = (await generator.RunAsync(Greedy("No vector for this."))).Text();

        Assert.Equal(first, near.Text());
        Assert.Equal(AnswerReuse.Similar, ((GenerationEnded)near[^1]).Usage.Reuse);
        Assert.Equal(5, new[] { first, far, other, longer, unknown }.Distinct(StringComparer.Ordinal).Count());
        _catalog.Digest = "sha256:b";
        Assert.NotEqual(first, (await generator.RunAsync(Greedy("How much is 1+1?"))).Text(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Reused_answers_are_written_down_at_no_cost_and_ask_no_budget()
    {
        string folder = Directory.CreateTempSubdirectory("cache-").FullName;
        try
        {
            await using var ledger = new UsageLedger(Path.Combine(folder, "usage.db"));
            UsageMeter meter = Metered.Meter(_time, ledger, new Budget { Name = "daily", Limit = 16 });
            ITextGenerator generator = new ResponseCache(ResponseCacheOptions.Default, _catalog, meter: meter, timeProvider: _time).Over(meter.Over(Metered.Script()));
            GenerationRequest request = Metered.Request("cloud/big", "ann") with { Sampling = SamplingOverrides.Greedy };

            await generator.RunAsync(request);
            await generator.RunAsync(request);
            await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(request with { Caller = "bob" }));
            await ledger.FlushAsync();

            UsageSum sum = Assert.Single(await ledger.SumAsync(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(2), UsageGrouping.Caller));
            Assert.Equal(("ann", 2L, 16m, 20L, 10L), (sum.Caller, sum.Requests, sum.Cost, sum.PromptTokens, sum.CachedPromptTokens));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Bounds_that_are_none_are_refused() =>
        Assert.Equal("configuration_invalid", Assert.Throws<GenerationException>(() => Cache(ResponseCacheOptions.Default with { MaxEntries = 0, SimilarityThreshold = 2 })).Code);

    private ResponseCache Cache(ResponseCacheOptions? options = null, IEmbedder? embedder = null) => new(options ?? ResponseCacheOptions.Default, _catalog, embedder, timeProvider: _time);

    private static GenerationRequest Greedy(string text) => TestProviders.Chat(text) with { Model = "m", Sampling = SamplingOverrides.Greedy };

    private static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 6000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }

    private sealed class FakeCatalog : IModelCatalog
    {
        public string Digest { get; set; } = "sha256:a";

        public ValueTask<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<ModelDescription?> FindModelAsync(string model, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<ModelDescription?>(new() { Name = model, ProviderName = "scripted", Digest = Digest });
    }

    private sealed class FakeEmbedder(params (string Text, float[] Vector)[] known) : IEmbedder
    {
        public EmbedderMetadata Metadata { get; } = new() { ProviderName = "fake" };

        public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
        {
            float[]? vector = Array.Find(known, one => one.Text == request.Inputs[0].Text).Vector;
            return vector is null
                ? throw ScriptedFailure.ContextLength(9, 8)
                : ValueTask.FromResult(new EmbeddingResult { Model = "e", Embeddings = [new TextEmbedding(vector, 1)] });
        }
    }
}
