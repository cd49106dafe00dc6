using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Embeddings;

[Collection(ModelTests.Name)]
public sealed class EmbeddingConcurrencyTests(ModelFixture fixture)
{
    // Wide and deep enough that five hundred texts take seconds on two cores.
    private static readonly TestModelSpec s_slow = TestModelSpec.Bert with
    {
        Name = "slow-bert",
        EmbeddingLength = 384,
        BlockCount = 6,
        HeadCount = 12,
        KeyValueHeadCount = 12,
        FeedForwardLength = 1536,
    };

    [Fact]
    public async Task Eight_callers_at_once_get_their_own_vectors()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        string[][] texts = [.. Enumerable.Range(0, 8).Select(i => RandomTexts.Many(seed: 100 + i, count: 50))];

        float[][][] together = await Task.WhenAll(texts.Select((t, i) => Task.Run(() => model.Embed(Vectors.Request(t) with { Caller = $"{i}" }))));

        for (int i = 0; i < texts.Length; i++)
        {
            Vectors.AssertAlike(await model.Embed(Vectors.Request(texts[i])), together[i]);
        }
    }

    [Fact]
    public async Task A_question_does_not_wait_for_five_hundred_documents_of_somebody_else()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(s_slow));
        using var cancellation = new CancellationTokenSource();
        Task<EmbeddingResult> documents = model.EmbedAsync(Vectors.Request(RandomTexts.Many(seed: 1, count: 500, 10, 20)) with { Caller = "indexer" }, cancellation.Token).AsTask();
        await Until(() => model.Embeddings.Engine?.Steps > 0);

        Task<float[][]> question = model.Embed(Vectors.Request("who played with the dog?") with { Caller = "person" });

        // Which of both is first, and not whether the other one is still not done when this test gets its turn.
        Assert.Same(question, await Task.WhenAny(question, documents));
        Assert.Single(await question);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => documents);
    }

    [Fact]
    public async Task Cancelling_midway_drops_the_rest_and_the_next_request_works()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(s_slow));
        using var cancellation = new CancellationTokenSource();
        ValueTask<EmbeddingResult> running = model.EmbedAsync(Vectors.Request(RandomTexts.Many(seed: 2, count: 5000, 10, 20)), cancellation.Token);
        await Until(() => model.Embeddings.Engine?.Steps > 0);

        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await running);

        long steps = model.Embeddings.Engine!.Steps;
        float[][] next = await model.Embed(Vectors.Request("a dog"));

        // The one that ran when it was cancelled may have come to its end; 5,000 texts have some 300.
        Assert.InRange(model.Embeddings.Engine.Steps - steps, 1, 2);
        using var reference = new EmbeddingReference(fixture.FileOf(s_slow), Native.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN);
        Vectors.AssertAlike([reference.Embed(model.Tokenizer.Encode("a dog"))], next);
    }

    [Fact]
    public async Task Cancelling_inside_a_long_text_leaves_nothing_of_it_behind()
    {
        TestModelSpec spec = TestModelSpec.Llama with { Name = "slow-embedder", EmbeddingLength = 512, BlockCount = 4, HeadCount = 8, KeyValueHeadCount = 8, FeedForwardLength = 1536, ContextLength = 4096 };
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec));
        int[] tokens = [.. Enumerable.Range(0, 4000).Select(i => (i % 300) + 5)];
        var request = new EmbeddingRequest { Inputs = [new EmbeddingInput(tokens)], Pooling = EmbeddingPooling.Last };
        using var cancellation = new CancellationTokenSource();
        ValueTask<EmbeddingResult> running = model.EmbedAsync(request, cancellation.Token);
        await Until(() => model.Embeddings.Engine?.Steps > 0);

        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await running);

        // A text in parts has the same sequence, in which the other one's tokens must not be any more.
        int[] other = [.. tokens.AsSpan(7, 700)];
        float[][] vectors = await model.Embed(request with { Inputs = [new EmbeddingInput(other)] });
        using var reference = new EmbeddingReference(fixture.FileOf(spec), Native.llama_pooling_type.LLAMA_POOLING_TYPE_LAST, longest: 1024);
        Vectors.AssertAlike([reference.Embed(other)], vectors, Vectors.AlikeWhenLong);
    }

    [Fact]
    public async Task Cancelling_a_short_text_leaves_the_long_one_of_another_as_it_is()
    {
        TestModelSpec spec = TestModelSpec.Llama with { Name = "slow-embedder", EmbeddingLength = 512, BlockCount = 4, HeadCount = 8, KeyValueHeadCount = 8, FeedForwardLength = 1536, ContextLength = 4096 };
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec));
        int[] tokens = [.. Enumerable.Range(0, 3000).Select(i => (i % 300) + 5)];
        var request = new EmbeddingRequest { Inputs = [new EmbeddingInput(tokens)], Pooling = EmbeddingPooling.Last, Caller = "long" };
        Task<float[][]> running = model.Embed(request);
        await Until(() => model.Embeddings.Engine?.Steps > 0);

        // Too long to join a step with a part of the other one, so each has one to itself, and gives it up.
        for (int i = 0; !running.IsCompleted; i++)
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(5 + (i * 7 % 40)));
            try
            {
                await model.EmbedAsync(request with { Inputs = [new EmbeddingInput(tokens.AsMemory(i % 2000, 200).ToArray())], Caller = $"{i}" }, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                // That is what it is for.
            }
        }

        using var reference = new EmbeddingReference(fixture.FileOf(spec), Native.llama_pooling_type.LLAMA_POOLING_TYPE_LAST, longest: 4096);
        Vectors.AssertAlike([reference.Embed(tokens)], await running, Vectors.AlikeWhenLong);
    }

    [Fact]
    public async Task A_cancelled_token_starts_nothing()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Bert));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await model.EmbedAsync(Vectors.Request("a"), new CancellationToken(canceled: true)));

        Assert.Null(model.Embeddings.Engine);
    }

    [Fact]
    public async Task Disposing_ends_running_and_later_requests()
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(s_slow));
        Task<float[][]>[] running = [.. Enumerable.Range(0, 4).Select(i => model.Embed(Vectors.Request(RandomTexts.Many(i, 500)) with { Caller = $"{i}" }))];
        await Until(() => model.Embeddings.Engine?.Steps > 0);

        await model.DisposeAsync();

        foreach (Task<float[][]> request in running)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => request);
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => model.Embed(Vectors.Request("a")));
    }

    [Fact]
    public async Task One_request_too_many_is_told_to_come_back()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(s_slow), new LocalModelOptions { QueueLimit = 2 });
        using var cancellation = new CancellationTokenSource();
        Task<EmbeddingResult> first = model.EmbedAsync(Vectors.Request(RandomTexts.Many(seed: 3, count: 600)), cancellation.Token).AsTask();

        // Texts for several steps: it is not to be done before the third one comes.
        Task<float[][]> second = model.Embed(Vectors.Request(RandomTexts.Many(seed: 4, count: 50)) with { Caller = "other" });

        BusyException e = await Assert.ThrowsAsync<BusyException>(() => model.Embed(Vectors.Request("b")));

        Assert.Equal(("busy", "2"), (e.Code, e.Limit));
        Assert.True(e.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.Equal(50, (await second).Length);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Single(await model.Embed(Vectors.Request("b")));
    }

    [Fact]
    public async Task Embedding_and_generating_go_on_side_by_side()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);
        int[] alone = await model.GenerateAsync("once upon", Generations.Greedy(60)).Tokens();

        Task<float[][]> vectors = model.Embed(Vectors.Request(RandomTexts.Many(seed: 4, count: 300)) with { Pooling = EmbeddingPooling.Mean });
        int[] beside = await model.GenerateAsync("once upon", Generations.Greedy(60)).Tokens();

        Assert.Equal(alone, beside);
        Assert.Equal(300, (await vectors).Length);
    }

    private static async Task Until(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1));
            await Task.Delay(1);
        }
    }
}
