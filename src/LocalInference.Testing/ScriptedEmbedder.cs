using System.Collections.Concurrent;
using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Testing;

/// <summary>
/// An embedder without a model: the vector of a text is made of its letters, so equal texts have equal vectors, texts that share words
/// are near each other, and every machine computes the same. It records what it was asked. Safe for concurrent use.
/// </summary>
/// <param name="dimensions">Length of the vectors, at least 2. Default 64.</param>
public sealed class ScriptedEmbedder(int dimensions = 64) : IEmbedder
{
    private readonly ConcurrentQueue<EmbeddingRequest> _requests = new();

    /// <inheritdoc/>
    public EmbedderMetadata Metadata { get; } = new() { ProviderName = "scripted", DefaultModel = "script", DefaultDimensions = dimensions };

    /// <summary>What it was asked so far.</summary>
    public IReadOnlyList<EmbeddingRequest> Requests => [.. _requests];

    /// <inheritdoc/>
    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        _requests.Enqueue(request);
        if (request.Dimensions is { } wanted && (wanted < 1 || wanted > dimensions))
        {
            throw ScriptedFailure.Generation("invalid_option", $"Dimensions must be 1 to {dimensions}");
        }

        return new(new EmbeddingResult
        {
            Model = request.Model ?? "script",
            Embeddings = [.. request.Inputs.Select(input => Embed(input, request.Dimensions ?? dimensions, request.Normalize))],
        });
    }

    private static TextEmbedding Embed(EmbeddingInput input, int length, bool normalize)
    {
        var vector = new float[length];
        string[] words = input.Text is { } text
            ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : [.. input.Tokens.ToArray().Select(static token => FormattableString.Invariant($"{token}"))];
        foreach (string word in words)
        {
            // FNV-1a (draft-eastlake-fnv): the same on every machine, unlike string.GetHashCode.
            uint hash = 2166136261;
            foreach (byte value in Encoding.UTF8.GetBytes(word))
            {
                hash = (hash ^ value) * 16777619;
            }

            vector[(int)(hash % (uint)length)] += 1;
        }

        float norm = MathF.Sqrt(vector.Sum(static value => value * value));
        if (norm == 0)
        {
            (vector[0], norm) = (1, 1);
        }

        return new TextEmbedding(normalize ? Array.ConvertAll(vector, value => value / norm) : vector, words.Length);
    }
}
