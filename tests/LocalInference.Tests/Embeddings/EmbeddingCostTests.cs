using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Embeddings;

/// <summary>What texts cost besides time. Allocations of other threads are counted too, so no other test may run.</summary>
[Collection(WholeProcessTests.Name)]
public sealed class EmbeddingCostTests(ModelFixture fixture)
{
    [Fact]
    public async Task A_text_costs_its_vector_and_little_more()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        EmbeddingRequest request = Vectors.Request(RandomTexts.Many(seed: 5, count: 2000, 5, 15));
        await model.EmbedAsync(request);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        EmbeddingResult result = await model.EmbedAsync(request);
        double perText = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)result.Embeddings.Count;

        // The vector (64 × 4 bytes and an array's head), its TextEmbedding (48), its place in five arrays, and its tokens, whose
        // list has grown by doubling: up to three times 4 bytes for some 40 tokens.
        Assert.InRange(perText, 280, 1000);
    }
}
