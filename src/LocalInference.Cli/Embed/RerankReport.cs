namespace LocalInference.Cli.Embed;

/// <summary>What <c>rerank --json</c> writes: the documents, best first.</summary>
internal sealed record RerankReport(string Model, long TokenCount, IReadOnlyList<RankedText> Documents);
