namespace LocalInference.Cli.Store;

/// <summary>What <c>list --json</c> prints.</summary>
internal sealed record ListReport(IReadOnlyList<ModelReport> Models);
