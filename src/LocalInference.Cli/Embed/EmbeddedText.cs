namespace LocalInference.Cli.Embed;

/// <summary>A text's vector, the tokens computed for it, and those that were cut.</summary>
internal sealed record EmbeddedText(int TokenCount, int DroppedTokens, IReadOnlyList<float> Vector);
