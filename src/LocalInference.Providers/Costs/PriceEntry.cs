namespace LocalInference.Providers;

/// <summary>What a table says that a model costs. Immutable.</summary>
/// <param name="Model">The model's name with its provider's before it, <c>*</c> for any characters: <c>anthropic/claude-opus-4-5*</c>.</param>
/// <param name="Price">What it costs.</param>
/// <param name="Date">The day on which the source said so.</param>
/// <param name="Source">Where that is written.</param>
public sealed record PriceEntry(string Model, ModelPrice Price, DateOnly Date, string Source);
