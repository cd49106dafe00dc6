namespace LocalInference.Abstractions;

/// <summary>The vector of one text.</summary>
/// <param name="Vector">Its numbers.</param>
/// <param name="TokenCount">Tokens that were computed for it, the model's own around the text included.</param>
/// <param name="DroppedTokens">Tokens of the text that were cut; 0: none.</param>
public sealed record TextEmbedding(ReadOnlyMemory<float> Vector, int TokenCount, int DroppedTokens = 0);
