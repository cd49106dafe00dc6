using System.Numerics.Tensors;
using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Embeddings;

[Collection(ModelTests.Name)]
public sealed class EmbeddingContextTests(ModelFixture fixture)
{
    [Fact]
    public async Task Threads_can_change_before_a_step_that_fails()
    {
        // A pool freed while the backend still knew it made the next step wait on freed memory, now and then for ever.
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);
        using var abort = new AbortFlag();
        using var context = new EmbeddingContext(NativeRuntime.Get(), model.Handle, new EmbeddingContextSize(Rows: 64, Cells: 64, Sequences: 2), EmbeddingContextKind.HiddenStates, AdapterSet.None, abort, threads: 2);
        float[] expected = Compute(context, threads: 2);

        for (int round = 0; round < 8; round++)
        {
            int threads = (round % 2) + 1;
            context.Batch.Clear();
            context.Batch.Add([int.MaxValue], position: 0, sequence: 0, logits: 0);
            Assert.Throws<NativeLibraryException>(() => context.Compute(threads));

            Assert.InRange(TensorPrimitives.CosineSimilarity(expected, Compute(context, threads)), 0.999f, 1.001f);
        }
    }

    private static float[] Compute(EmbeddingContext context, int threads)
    {
        context.ForgetAll();
        context.Batch.Clear();
        context.Batch.Add(Prompts.Of(1, 20), position: 0, sequence: 0, logits: 0);
        Assert.True(context.Compute(threads));
        return context.HiddenState(19).ToArray();
    }
}
