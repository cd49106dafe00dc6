namespace LocalInference.Abstractions;

/// <summary>A sequence of tokens to continue, taken as it is.</summary>
/// <param name="Tokens">Ids of the model's vocabulary; they must not change while the request runs.</param>
public sealed record TokenInput(ReadOnlyMemory<int> Tokens) : GenerationInput;
