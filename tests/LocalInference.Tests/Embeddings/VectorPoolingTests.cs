using LocalInference.Abstractions;

namespace LocalInference.Tests.Embeddings;

public sealed class VectorPoolingTests
{
    [Fact]
    public void A_mean_is_divided_by_the_tokens_and_a_vector_by_its_length()
    {
        float[] raw = [6, 8];
        Assert.True(VectorPooling.Finish(EmbeddingPooling.Mean, tokens: 2, normalize: false, raw));
        Assert.Equal([3, 4], raw);

        float[] last = [3, 4];
        Assert.True(VectorPooling.Finish(EmbeddingPooling.Last, tokens: 2, normalize: true, last));
        Assert.Equal([0.6f, 0.8f], last);
    }

    [Fact]
    public void A_vector_of_zeros_stays_one()
    {
        float[] zeros = [0, 0];
        Assert.True(VectorPooling.Finish(EmbeddingPooling.Cls, tokens: 1, normalize: true, zeros));
        Assert.Equal([0, 0], zeros);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_no_number_is_noticed(float value) =>
        Assert.False(VectorPooling.Finish(EmbeddingPooling.Mean, tokens: 1, normalize: true, new[] { 1, value }));
}
