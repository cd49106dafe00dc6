namespace LocalInference.Training;

/// <summary>How many tasks a model has passed.</summary>
/// <param name="Passed">Those whose answer was right.</param>
/// <param name="Answers">What the model said to each, in the order of the tasks.</param>
public sealed record TaskScore(int Passed, IReadOnlyList<TaskAnswer> Answers)
{
    /// <summary>All tasks.</summary>
    public int Total => Answers.Count;
}
