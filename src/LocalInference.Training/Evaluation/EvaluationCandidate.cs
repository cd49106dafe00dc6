namespace LocalInference.Training;

/// <summary>A model to evaluate, perhaps with LoRA adapters.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="ModelPath">Path of a GGUF file.</param>
public sealed record EvaluationCandidate(string Name, string ModelPath)
{
    /// <summary>LoRA adapters to use all at once, each by its scale. Default: none.</summary>
    public IReadOnlyList<AdapterFile> Adapters { get; init; } = [];
}
