namespace LocalInference.TrainingSpeed;

/// <summary>What a process measured of itself.</summary>
/// <param name="Seconds">Of each step.</param>
/// <param name="PeakBytes">The most memory that was resident.</param>
/// <param name="EstimatedBytes">What the trainer had said before, or <see langword="null"/>.</param>
internal sealed record TurnResult(double[] Seconds, long PeakBytes, long? EstimatedBytes)
{
    /// <summary>The median of all steps but the first, which allocates.</summary>
    public double StepSeconds => Seconds.Skip(1).Order().ElementAt((Seconds.Length - 1) / 2);
}
