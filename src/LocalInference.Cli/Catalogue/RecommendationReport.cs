namespace LocalInference.Cli.Catalogue;

/// <summary>What <c>models recommend --json</c> prints.</summary>
internal sealed record RecommendationReport(IReadOnlyList<Recommendation> Recommendations);
