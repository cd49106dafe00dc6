using System.Numerics.Tensors;
using LocalInference.Abstractions;

namespace LocalInference.Tests.Embeddings;

/// <summary>Short ways to embed and to compare.</summary>
internal static class Vectors
{
    // Kernels round differently for other shapes of a batch. For weights in F32 what is measured is at most 1e-6 from 1; a text that
    // sees a token of another one is off by more than 1e-2.
    public const float Alike = 0.99999f;

    // With fewer than 64 rows for a sequence the CPU's flash attention sums up in half precision. Over hundreds of tokens that
    // leaves up to 1.1e-5, on either side of the comparison.
    public const float AlikeWhenLong = 0.9999f;

    public static EmbeddingRequest Request(params string[] texts) => new() { Inputs = [.. texts.Select(text => new EmbeddingInput(text))] };

    public static async Task<float[][]> Embed(this LocalModel model, EmbeddingRequest request) =>
        [.. (await model.EmbedAsync(request)).Embeddings.Select(e => e.Vector.ToArray())];

    public static float Cosine(float[] a, float[] b)
    {
        Assert.Equal(a.Length, b.Length);
        return TensorPrimitives.CosineSimilarity(a, b);
    }

    public static void AssertAlike(IReadOnlyList<float[]> expected, IReadOnlyList<float[]> actual, float least = Alike)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            float cosine = Cosine(expected[i], actual[i]);
            Assert.True(cosine >= least, $"text {i}: cosine {cosine}");
        }
    }

    public static float[] Normalized(float[] vector)
    {
        float[] normalized = new float[vector.Length];
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), normalized);
        return normalized;
    }
}
