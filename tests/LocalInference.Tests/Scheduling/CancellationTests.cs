using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

[Collection(ModelTests.Name)]
public sealed class CancellationTests(ModelFixture fixture)
{
    // Wide and deep enough that its prompt takes seconds on two cores.
    private static readonly TestModelSpec s_slow = TestModelSpec.Llama with
    {
        Name = "slow-llama",
        EmbeddingLength = 512,
        BlockCount = 12,
        HeadCount = 8,
        KeyValueHeadCount = 8,
        FeedForwardLength = 1536,
        ContextLength = 4096,
    };

    [Fact]
    public async Task Cancelling_inside_a_long_prompt_returns_and_the_next_request_works()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(s_slow));
        int[] prompt = [.. Enumerable.Range(0, 4000).Select(i => (i % 300) + 5)];
        using var cancellation = new CancellationTokenSource();
        Task<int[]> running = model.GenerateAsync(prompt, Generations.Greedy(4), cancellation.Token).Tokens();
        await Task.Delay(150);
        Assert.False(running.IsCompleted);

        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        // Far less work than the rest of the prompt would have been, which the engine must therefore have given up.
        long start = Stopwatch.GetTimestamp();
        List<GenerationUpdate> next = await model.GenerateAsync(prompt.AsMemory(0, 8), Generations.Greedy(4)).Collect();
        Assert.Equal(ReferenceLoop.Greedy(fixture.FileOf(s_slow), prompt[..8], 4), next.Where(u => u.Token is not null).Select(u => u.Token!.Value));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Cancelling_mid_stream_ends_it()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);
        using var cancellation = new CancellationTokenSource();
        int seen = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationUpdate _ in model.GenerateAsync("abc", Generations.Greedy(200), cancellation.Token))
            {
                if (++seen == 3)
                {
                    cancellation.Cancel();
                }
            }
        });

        Assert.InRange(seen, 3, 100);
        Assert.Equal(5, (await model.GenerateAsync("abc", Generations.Greedy(5)).Tokens()).Length);
    }

    [Fact]
    public async Task Cancelling_ends_the_work_at_once_though_its_reader_is_elsewhere()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(s_slow), new() { Parallel = 1 });
        using var cancellation = new CancellationTokenSource();
        await using IAsyncEnumerator<GenerationUpdate> answer = model.GenerateAsync("abc", Generations.Greedy(400), cancellation.Token).GetAsyncEnumerator();
        Assert.True(await answer.MoveNextAsync());

        // Between two steps, so that it is known what had been generated.
        long generated = await model.Engine.RunAsync(_ =>
        {
            cancellation.Cancel();
            return model.Engine.Counters.GeneratedTokens;
        });
        Assert.Equal(5, (await model.GenerateAsync("def", Generations.Greedy(5)).Tokens()).Length);

        Assert.Equal(generated + 5, await model.Engine.RunAsync(_ => model.Engine.Counters.GeneratedTokens));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await answer.MoveNextAsync());
    }

    [Fact]
    public async Task A_reader_that_leaves_takes_its_request_with_it()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);

        await foreach (GenerationUpdate _ in model.GenerateAsync("abc", Generations.Greedy(200)))
        {
            break;
        }

        Assert.Equal(5, (await model.GenerateAsync("abc", Generations.Greedy(5)).Tokens()).Length);
    }

    [Fact]
    public async Task A_cancelled_token_starts_nothing()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => model.GenerateAsync("abc", Generations.Greedy(5), new CancellationToken(canceled: true)).Tokens());
    }

    [Fact]
    public async Task Who_cancels_gets_no_end_of_an_answer_that_has_ended_already()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { Parallel = 1 });
        using var cancel = new CancellationTokenSource();
        await using IAsyncEnumerator<GenerationUpdate> answer = model.GenerateAsync("abc", Generations.Greedy(20), cancel.Token).GetAsyncEnumerator();
        Assert.True(await answer.MoveNextAsync());

        // There is one place: what comes behind it is computed when it has ended.
        Assert.Equal(5, (await model.GenerateAsync("def", Generations.Greedy(5)).Tokens()).Length);
        cancel.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await answer.MoveNextAsync())
            {
                Assert.Null(answer.Current.FinishReason);
            }
        });
    }

    [Fact]
    public async Task A_queued_request_can_be_cancelled()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(s_slow));
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        int[] prompt = [.. Enumerable.Range(0, 4000).Select(i => (i % 300) + 5)];
        Task<int[]> running = model.GenerateAsync(prompt, Generations.Greedy(1), first.Token).Tokens();
        Task<int[]> queued = model.GenerateAsync("abc", Generations.Greedy(1), second.Token).Tokens();

        second.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        Assert.False(running.IsCompleted);

        first.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Random_cancellations_leave_a_working_engine()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);
        int[] expected = await model.GenerateAsync("steady", Generations.Greedy(12)).Tokens();
        var random = new Random(7);

        for (int round = 0; round < 60; round++)
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(1, 8000)));
            try
            {
                await model.GenerateAsync($"prompt {round}", Generations.Greedy(100), cancellation.Token).Tokens();
            }
            catch (OperationCanceledException)
            {
                // The point.
            }

            Assert.Equal(expected, await model.GenerateAsync("steady", Generations.Greedy(12)).Tokens());
        }
    }

    [Fact]
    public async Task Disposing_a_model_ends_its_requests()
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(s_slow));
        int[] prompt = [.. Enumerable.Range(0, 4000).Select(i => (i % 300) + 5)];
        Task<int[]> running = model.GenerateAsync(prompt, Generations.Greedy(4000)).Tokens();
        Task<int[]> queued = model.GenerateAsync("abc", Generations.Greedy(4000)).Tokens();
        await Task.Delay(50);

        await model.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => running);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => queued);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => model.GenerateAsync(new[] { 5 }).Tokens());
        Assert.Throws<ObjectDisposedException>(() => model.Tokenizer.Encode("abc"));
        await model.DisposeAsync();
        model.Dispose();
    }
}
