namespace LocalInference.Abstractions;

/// <summary>A document and its score.</summary>
/// <param name="Index">Its place in the request.</param>
/// <param name="Score">How well it answers; higher is better, comparable only within one model.</param>
/// <param name="TokenCount">Tokens that were computed for it, query included.</param>
/// <param name="DroppedTokens">Tokens of the document that were cut; 0: none.</param>
public sealed record RankedDocument(int Index, float Score, int TokenCount, int DroppedTokens = 0);
