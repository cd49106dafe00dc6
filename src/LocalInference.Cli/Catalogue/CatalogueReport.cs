namespace LocalInference.Cli.Catalogue;

/// <summary>What <c>models list --json</c> prints.</summary>
internal sealed record CatalogueReport(IReadOnlyList<CatalogueModel> Models);
