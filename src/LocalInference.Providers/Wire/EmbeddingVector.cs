using System.Numerics.Tensors;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Vectors in providers' answers.</summary>
internal static class EmbeddingVector
{
    /// <summary>The vector of an array of numbers, with the length 1 that a request is promised.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static ReadOnlyMemory<float> Read(JsonElement? array)
    {
        if (array is not { ValueKind: JsonValueKind.Array } numbers || numbers.GetArrayLength() == 0)
        {
            throw new JsonException("An embedding is no array of numbers.");
        }

        float[] vector = new float[numbers.GetArrayLength()];
        int index = 0;
        foreach (JsonElement number in numbers.EnumerateArray())
        {
            vector[index++] = number.GetSingle();
        }

        float length = TensorPrimitives.Norm<float>(vector);
        if (length > 0 && Math.Abs(length - 1) > 1e-3f)
        {
            TensorPrimitives.Divide<float>(vector, length, vector);
        }

        return vector;
    }

    /// <summary>The result; the tokens, of which only the sum is known, are spread evenly.</summary>
    /// <exception cref="JsonException">There are not as many vectors as texts.</exception>
    public static EmbeddingResult Result(string model, IReadOnlyList<ReadOnlyMemory<float>> vectors, int count, int tokens)
    {
        if (count != vectors.Count || vectors.Any(static vector => vector.IsEmpty))
        {
            throw new JsonException($"There are {count} embeddings for {vectors.Count} texts.");
        }

        return new EmbeddingResult
        {
            Model = model,
            Embeddings = [.. vectors.Select((vector, i) => new TextEmbedding(vector, (tokens / count) + (i < tokens % count ? 1 : 0)))],
        };
    }
}
