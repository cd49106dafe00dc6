namespace LocalInference.Training;

/// <summary>Options as they are written in a file, by the names of the command line; what is left out is as by default.</summary>
internal sealed record RunConfiguration
{
    public string? Model { get; init; }

    public string? Data { get; init; }

    public string? Validation { get; init; }

    public string? Out { get; init; }

    /// <summary>How many samples there were; written for people, not read.</summary>
    public int? Samples { get; init; }

    /// <inheritdoc cref="Samples"/>
    public int? ValidationSamples { get; init; }

    public string? Mode { get; init; }

    public int? Rank { get; init; }

    public float? Alpha { get; init; }

    public bool? RankStabilized { get; init; }

    public float? Dropout { get; init; }

    public LoraTargets? Targets { get; init; }

    public int? Epochs { get; init; }

    public int? MaxSteps { get; init; }

    public int? Batch { get; init; }

    public int? Accumulate { get; init; }

    public float? LearningRate { get; init; }

    public LearningRateSchedule? Schedule { get; init; }

    public float? Warmup { get; init; }

    public float? WeightDecay { get; init; }

    public float? MaxGradientNorm { get; init; }

    public int? MaxLength { get; init; }

    public ulong? Seed { get; init; }

    public bool? Checkpointing { get; init; }

    public BackwardPrecision? Backward { get; init; }

    public int? Threads { get; init; }

    public int? EvaluateEvery { get; init; }

    public int? Patience { get; init; }

    public int? CheckpointEvery { get; init; }

    /// <summary>What options say, with all that they leave to defaults.</summary>
    public static RunConfiguration Of(string model, TrainingOptions options, int samples, int validationSamples) => new()
    {
        Model = model,
        Samples = samples,
        ValidationSamples = validationSamples,
        Mode = options.Mode == TrainingMode.Full ? "full" : "lora",
        Rank = options.Rank,
        Alpha = options.Alpha,
        RankStabilized = options.RankStabilized,
        Dropout = options.Dropout,
        Targets = options.Targets,
        Epochs = options.Epochs,
        MaxSteps = options.MaxSteps,
        Batch = options.BatchSize,
        Accumulate = options.Accumulate,
        LearningRate = options.LearningRate,
        Schedule = options.Schedule,
        Warmup = options.Warmup,
        WeightDecay = options.WeightDecay,
        MaxGradientNorm = options.MaxGradientNorm,
        MaxLength = options.MaxLength,
        Seed = options.Seed,
        Checkpointing = options.Checkpointing,
        Backward = options.Backward,
        Threads = options.Threads,
        EvaluateEvery = options.EvaluationInterval,
        Patience = options.Patience,
        CheckpointEvery = options.CheckpointInterval,
    };
}
