using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

[Collection(ModelTests.Name)]
public sealed class InferenceContextTests(ModelFixture fixture)
{
    [Fact]
    public async Task Threads_can_change_between_any_two_steps()
    {
        // A pool freed while the backend still knew it made the next step wait on freed memory, now and then for ever.
        await using LoadedWeights model = await LoadedWeights.Of(fixture.FileOf(TestModelSpec.Llama));
        int[] prompt = [.. Enumerable.Range(5, 8)];
        int[] expected = Run(model, prompt, change: _ => { });

        for (int round = 0; round < 8; round++)
        {
            Assert.Equal(expected, Run(model, prompt, context =>
            {
                context.SetThreads(2);
                context.SetThreads((round % 2) + 1);
            }));
        }
    }

    [Fact]
    public async Task Threads_that_are_refused_are_not_counted()
    {
        await using LoadedWeights model = await LoadedWeights.Of(fixture.FileOf(TestModelSpec.Llama));
        int[] prompt = [.. Enumerable.Range(5, 8)];
        int[] expected = Run(model, prompt, change: _ => { });

        int[] answer = Run(model, prompt, context =>
        {
            context.SetThreads(2);
            Assert.Equal(2, context.Threads);

            // More than ggml takes, which is refused as by a system that starts no more.
            context.SetThreads(100_000);
            Assert.Equal(2, context.Threads);
            context.SetThreads(1);
            Assert.Equal(1, context.Threads);
        });

        Assert.Equal(expected, answer);
    }

    [Fact]
    public async Task Cells_that_are_laid_beside_each_other_hold_what_they_held()
    {
        await using LoadedWeights model = await LoadedWeights.Of(fixture.FileOf(TestModelSpec.Llama));
        using InferenceContext scattered = model.CreateContext(cells: 1024);
        using InferenceContext gathered = model.CreateContext(cells: 1024);
        int[][] tokens = [Prompts.Of(1, 300), Prompts.Of(2, 300), Prompts.Of(3, 300)];
        KvSequence[] expected = [.. tokens.Select(all => scattered.Cache.Acquire(AdapterSet.None, all)!)];
        KvSequence[] actual = [.. tokens.Select(all => gathered.Cache.Acquire(AdapterSet.None, all)!)];
        Array.ForEach(actual, static sequence => global::LocalInference.KvCache.Reserve(sequence, 300));
        long allocated = 0;
        int moved = 0;
        for (int i = 0; i < 300; i++)
        {
            Step(scattered, expected, tokens, i);
            Step(gathered, actual, tokens, i);

            // The first time makes room.
            long before = GC.GetAllocatedBytesForCurrentThread();
            int now = gathered.Cache.Gather();
            allocated += moved > 0 ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
            moved += now;
            for (int s = 0; s < tokens.Length; s++)
            {
                // What a row adds up is the same, in the same order.
                Assert.Equal(scattered.Logits(s), gathered.Logits(s));
            }
        }

        Assert.Equal(0, allocated);
        Assert.InRange(moved, 3 * (300 - 43), 3 * 300);
        Assert.True(gathered.Cache.EqualsNative());
    }

    private static void Step(InferenceContext context, KvSequence[] sequences, int[][] tokens, int position)
    {
        context.Batch.Clear();
        for (int s = 0; s < sequences.Length; s++)
        {
            context.Batch.Add(tokens[s].AsSpan(position, 1), position, sequences[s].Id, logits: 1);
        }

        Assert.True(context.Decode());
        for (int s = 0; s < sequences.Length; s++)
        {
            context.Cache.Append(sequences[s], tokens[s].AsSpan(position, 1), isBesideOthers: true);
        }
    }

    private static int[] Run(LoadedWeights model, int[] prompt, Action<InferenceContext> change)
    {
        using InferenceContext context = model.CreateContext();
        var tokens = new List<int>();
        context.Batch.Add(prompt, position: 0, sequence: 0, logits: 1);
        Assert.True(context.Decode());
        for (int i = 0; i < 10; i++)
        {
            int best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(context.Logits(context.Batch.Count - 1));
            tokens.Add(best);
            change(context);
            context.Batch.Clear();
            context.Batch.Add([best], position: prompt.Length + i, sequence: 0, logits: 1);
            Assert.True(context.Decode());
        }

        return [.. tokens];
    }

    /// <summary>A model without an engine, whose context the test owns.</summary>
    private sealed class LoadedWeights(LocalModel owner) : IAsyncDisposable
    {
        public static async Task<LoadedWeights> Of(string path) => new(await LocalModel.LoadAsync(path, new() { Threads = 1 }));

        public InferenceContext CreateContext(int cells = 64) =>
            new(Native.NativeRuntime.Get(), owner.Handle, new ContextPlan { ContextLength = cells, Parallel = 3, Cells = cells, Sequences = 4, Outputs = 3, BatchSize = 64, IsUnified = true, ForgetsWholly = false, IsOnDevice = false, PrefixBudget = new(0, 0, "") }, threads: 1);

        public ValueTask DisposeAsync() => owner.DisposeAsync();
    }
}
