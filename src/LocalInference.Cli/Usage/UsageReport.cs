using LocalInference.Providers;

namespace LocalInference.Cli.Usage;

/// <summary>What <c>usage --json</c> writes.</summary>
internal sealed record UsageReport(IReadOnlyList<UsageSum> Sums);
