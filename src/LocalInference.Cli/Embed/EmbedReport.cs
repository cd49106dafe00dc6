namespace LocalInference.Cli.Embed;

/// <summary>What <c>embed --json</c> writes.</summary>
internal sealed record EmbedReport(string Model, int Dimensions, long TokenCount, IReadOnlyList<EmbeddedText> Embeddings);
