namespace LocalInference.Training;

/// <summary>What happened in a step.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Steps">How many there are.</param>
/// <param name="Epoch">How many times every sample has been seen, with a fraction.</param>
/// <param name="Loss">The mean negative log-likelihood of the step's targets before the step, in nats per token.</param>
/// <param name="LearningRate">The step's learning rate.</param>
/// <param name="GradientNorm">The length of the gradient before it was clipped.</param>
/// <param name="Tokens">Tokens that were read in this step.</param>
/// <param name="TokensPerSecond">Tokens per second over the last steps of this run.</param>
/// <param name="Elapsed">Since this run began.</param>
/// <param name="Remaining">An estimate from the steps of this run so far.</param>
/// <param name="ValidationLoss">The loss on the validation samples after the step, where it was measured.</param>
public sealed record TrainingProgress(
    int Step,
    int Steps,
    double Epoch,
    double Loss,
    double LearningRate,
    double GradientNorm,
    int Tokens,
    double TokensPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining,
    double? ValidationLoss)
{
    /// <summary>Memory of the training's process that is resident now, in bytes.</summary>
    public long ResidentBytes { get; init; }
}
