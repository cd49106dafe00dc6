namespace LocalInference.Training;

/// <summary>Which samples each step takes: every epoch all of them, in an order of its own that seed and epoch decide.</summary>
internal sealed class StepPlan
{
    private readonly IReadOnlyList<TrainingSample> _samples;
    private readonly TrainingOptions _options;
    private int _epoch = -1;
    private int[] _order = [];

    public StepPlan(IReadOnlyList<TrainingSample> samples, TrainingOptions options)
    {
        _samples = samples;
        _options = options;
        int perStep = options.BatchSize * options.Accumulate;
        StepsPerEpoch = (samples.Count + perStep - 1) / perStep;
        long all = (long)StepsPerEpoch * options.Epochs;
        Steps = (int)Math.Min(options.MaxSteps ?? int.MaxValue, all);
    }

    public int StepsPerEpoch { get; }

    /// <summary>Steps of the whole training.</summary>
    public int Steps { get; }

    /// <summary>The batches of a step, from 0.</summary>
    public IReadOnlyList<TrainingSample[]> Batches(int step)
    {
        int epoch = step / StepsPerEpoch;
        if (epoch != _epoch)
        {
            _order = RandomBits.Permutation(_samples.Count, RandomBits.Key(_options.Seed, RandomPurpose.Order, (ulong)epoch));
            _epoch = epoch;
        }

        int perStep = _options.BatchSize * _options.Accumulate;
        return [.. _order
            .Skip(step % StepsPerEpoch * perStep)
            .Take(perStep)
            .Select(i => _samples[i])
            .Chunk(_options.BatchSize)];
    }
}
