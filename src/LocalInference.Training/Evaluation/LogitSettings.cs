namespace LocalInference.Training;

/// <summary>How libllama computes logits.</summary>
/// <param name="ContextLength">The longest sequence.</param>
/// <param name="Threads">Threads that compute.</param>
/// <param name="IsExact">As exact as it gets: keys and values in F32, no flash attention, no repacked weights. Otherwise as models are served on the CPU.</param>
internal sealed record LogitSettings(int ContextLength, int Threads, bool IsExact)
{
    /// <summary>
    /// The key of <see cref="ModelShapeReader.OriginalContextLength"/>, where the model is to compute as in a longer context than that, which would take
    /// gigabytes; <see langword="null"/>: as in one of <see cref="ContextLength"/>.
    /// </summary>
    public string? LongContextKey { get; init; }
}
