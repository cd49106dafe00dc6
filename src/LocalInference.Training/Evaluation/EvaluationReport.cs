namespace LocalInference.Training;

/// <summary>What an evaluation has found.</summary>
/// <param name="Samples">Samples that were read.</param>
/// <param name="Targets">Tokens that were to be predicted.</param>
/// <param name="Models">The candidates in their order; the first is what the others are compared with.</param>
public sealed record EvaluationReport(int Samples, long Targets, IReadOnlyList<ModelScore> Models);
