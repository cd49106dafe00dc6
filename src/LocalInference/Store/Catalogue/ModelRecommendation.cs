namespace LocalInference;

/// <summary>A model that suits a task on a machine. Immutable.</summary>
/// <param name="Model">The model.</param>
/// <param name="IsOnGpu">Whether all of it fits on the GPUs.</param>
/// <param name="Reasons">Why it is recommended where it stands in the list, as sentences.</param>
public sealed record ModelRecommendation(KnownModel Model, bool IsOnGpu, IReadOnlyList<string> Reasons);
