using LocalInference.Abstractions;

namespace LocalInference.Testing.Tests;

public sealed class ScriptedEmbedderTests
{
    [Fact]
    public async Task Texts_that_share_words_are_near()
    {
        EmbeddingResult result = await new ScriptedEmbedder().EmbedAsync(new EmbeddingRequest { Inputs = ["the red apple", "the red pear", "un navire bleu"] });

        Assert.True(Cosine(result, 0, 1) > 0.5f);
        Assert.True(Cosine(result, 0, 2) < 0.2f);
        Assert.All(result.Embeddings, static embedding => Assert.Equal(1, Length(embedding), 1e-5f));
        Assert.Equal(9, result.TokenCount);
    }

    [Fact]
    public async Task An_empty_text_has_a_vector_too()
    {
        EmbeddingResult result = await new ScriptedEmbedder(4).EmbedAsync(new EmbeddingRequest { Inputs = [""] });

        Assert.Equal(1, Length(result.Embeddings[0]), 1e-5f);
    }

    private static float Length(TextEmbedding embedding) => MathF.Sqrt(embedding.Vector.ToArray().Sum(static value => value * value));

    private static float Cosine(EmbeddingResult result, int a, int b) =>
        result.Embeddings[a].Vector.ToArray().Zip(result.Embeddings[b].Vector.ToArray(), static (x, y) => x * y).Sum();
}
