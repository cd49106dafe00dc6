namespace LocalInference.Cli.Catalogue;

/// <summary>A model that suits the task, and why.</summary>
internal sealed record Recommendation(CatalogueModel Model, bool OnGpu, IReadOnlyList<string> Reasons);
