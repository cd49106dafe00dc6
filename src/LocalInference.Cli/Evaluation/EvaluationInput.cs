namespace LocalInference.Cli.Evaluation;

/// <summary>What models are evaluated on.</summary>
internal sealed record EvaluationInput(string? Data, string? Tasks, bool AllTokens, int MaxLength, int? Threads);
