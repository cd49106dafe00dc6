namespace LocalInference.LoadTest.Engine;

/// <summary>How long a request that waits for a place waits after another one is cancelled.</summary>
/// <param name="NextTokenMs">From the cancellation to the first token of the one that waited.</param>
/// <param name="StepMs">The median step of the requests beside it.</param>
internal sealed record CancelResult(double NextTokenMs, double StepMs)
{
    /// <summary>
    /// From the cancellation to the sequence being free, at most: the one that waited took a step of its own after that.
    /// </summary>
    public double FreedMs => Math.Max(0, NextTokenMs - StepMs);

    /// <summary><see cref="FreedMs"/> beyond the step that was running.</summary>
    public double BeyondStepMs => Math.Max(0, FreedMs - StepMs);
}
