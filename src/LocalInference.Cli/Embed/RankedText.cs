namespace LocalInference.Cli.Embed;

/// <summary>A document, its place among those that were given, and its score.</summary>
internal sealed record RankedText(int Index, float Score, int TokenCount, int DroppedTokens, string Document);
