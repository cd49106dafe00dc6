namespace LocalInference.Training;

/// <summary>The learning rate of each step: a straight line up over the warm-up, then the schedule.</summary>
internal sealed class LearningRate(TrainingOptions options, int steps)
{
    private readonly int _warmup = (int)Math.Round(options.Warmup * steps);

    /// <summary>The rate of a step, from 0. The first is above 0, and so is the last.</summary>
    public float At(int step)
    {
        if (step < _warmup)
        {
            return options.LearningRate * (step + 1) / _warmup;
        }

        double progress = (double)(step - _warmup) / Math.Max(1, steps - _warmup);
        return (float)(options.LearningRate * (options.Schedule switch
        {
            LearningRateSchedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
            LearningRateSchedule.Linear => 1 - progress,
            _ => 1,
        }));
    }
}
