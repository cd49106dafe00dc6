using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>Logits by libllama to compare the trainer's own with.</summary>
internal static class ReferenceLogits
{
    /// <summary>Computes the logits of each of some tokens, a row each.</summary>
    /// <param name="path">The model, which has been checked.</param>
    /// <param name="tokens">Ids of its vocabulary, at most <see cref="LogitSource.MostTokens"/>.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="logits">Where they go: as many rows as tokens.</param>
    /// <param name="adapterPath">An adapter of the model, or <see langword="null"/>.</param>
    /// <param name="longContextKey">As <see cref="LogitSettings.LongContextKey"/>.</param>
    /// <exception cref="TrainingException">libllama refuses the model or the adapter, knows another vocabulary, or cannot compute.</exception>
    public static void Compute(string path, ReadOnlySpan<int> tokens, int threads, Span<float> logits, string? adapterPath = null, string? longContextKey = null)
    {
        using LogitSource source = new(path, adapterPath is null ? [] : [(adapterPath, 1)], new LogitSettings(tokens.Length, threads, IsExact: true) { LongContextKey = longContextKey });
        if (logits.Length != tokens.Length * source.VocabularySize)
        {
            throw ExceptionFactory.TrainingCheck(
                $"libllama knows {source.VocabularySize} tokens of the model, the trainer {logits.Length / tokens.Length}",
                "Report this with the model.");
        }

        source.Compute(tokens, 0);
        for (int i = 0; i < tokens.Length; i++)
        {
            source.Row(i).CopyTo(logits[(i * source.VocabularySize)..]);
        }
    }
}
