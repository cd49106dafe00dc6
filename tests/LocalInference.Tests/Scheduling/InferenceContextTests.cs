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

    private static int[] Run(LoadedWeights model, int[] prompt, Action<InferenceContext> change)
    {
        using InferenceContext context = model.CreateContext();
        var tokens = new List<int>();
        Assert.True(context.Decode(prompt, wantLogits: true));
        for (int i = 0; i < 10; i++)
        {
            int best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(context.Logits);
            tokens.Add(best);
            change(context);
            Assert.True(context.Decode([best], wantLogits: true));
        }

        return [.. tokens];
    }

    /// <summary>A model without an engine, whose context the test owns.</summary>
    private sealed class LoadedWeights(LocalModel owner) : IAsyncDisposable
    {
        public static async Task<LoadedWeights> Of(string path) => new(await LocalModel.LoadAsync(path, new() { Threads = 1 }));

        public InferenceContext CreateContext() =>
            new(Native.NativeRuntime.Get(), owner.Handle, new LocalModelOptions(), contextLength: 64, threads: 1);

        public ValueTask DisposeAsync() => owner.DisposeAsync();
    }
}
