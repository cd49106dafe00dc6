namespace LocalInference.Training;

/// <summary>How far an evaluation is.</summary>
/// <param name="Candidate">The name of the candidate that is read.</param>
/// <param name="Completed">What is done, of all candidates together.</param>
/// <param name="Total">What there is to do.</param>
public sealed record EvaluationProgress(string Candidate, long Completed, long Total);
