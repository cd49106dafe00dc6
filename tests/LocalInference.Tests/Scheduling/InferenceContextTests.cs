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

        public InferenceContext CreateContext() =>
            new(Native.NativeRuntime.Get(), owner.Handle, new ContextPlan { ContextLength = 64, Parallel = 1, Cells = 64, Sequences = 2, Outputs = 2, BatchSize = 64, IsUnified = true, ForgetsWholly = false, IsOnDevice = false, PrefixBudget = new(0, 0, "") }, threads: 1);

        public ValueTask DisposeAsync() => owner.DisposeAsync();
    }
}
