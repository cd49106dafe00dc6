namespace LocalInference.Cli.Evaluation;

/// <summary>What <c>eval</c> found.</summary>
internal sealed record EvalReport(int? Samples, long? Targets, IReadOnlyList<EvalModel> Models);
