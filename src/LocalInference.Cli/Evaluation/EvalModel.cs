namespace LocalInference.Cli.Evaluation;

/// <summary>A row of the table; what was not measured is <see langword="null"/>.</summary>
internal sealed record EvalModel(
    string Name,
    double? Loss,
    double? Perplexity,
    double? TokenAccuracy,
    double? Divergence,
    double? Agreement,
    int? TasksPassed,
    int? Tasks,
    IReadOnlyList<EvalAnswer>? Answers);
