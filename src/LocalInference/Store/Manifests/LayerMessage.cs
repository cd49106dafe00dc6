namespace LocalInference;

/// <summary>A message that a model's conversations begin with.</summary>
/// <param name="Role">Who says it.</param>
/// <param name="Content">What.</param>
internal sealed record LayerMessage(string Role, string Content);
