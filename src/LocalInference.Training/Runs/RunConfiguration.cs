using System.Text.Json;

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

    /// <summary>Whether every token is learned; of what is written by hand, as the next two: a run is given samples that are made.</summary>
    public bool? LearnAll { get; init; }

    public bool? DropTruncated { get; init; }

    public double? ValidationShare { get; init; }

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

    public OptimizerKind? Optimizer { get; init; }

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

    public bool? Resume { get; init; }

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
        Optimizer = options.Optimizer,
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

    /// <summary>How it says that samples are read.</summary>
    public DatasetOptions ToDatasetOptions() => new()
    {
        Loss = LearnAll == true ? DatasetLoss.Everything : DatasetLoss.Answers,
        Fixes = DropTruncated == true ? DatasetFixes.DropTruncated : DatasetFixes.None,
        ValidationShare = ValidationShare ?? 0,
    };

    /// <summary>The options that it says.</summary>
    /// <exception cref="JsonException">The mode is none.</exception>
    public TrainingOptions ToOptions()
    {
        TrainingOptions defaults = new();
        int rank = Rank ?? defaults.Rank;
        return new TrainingOptions
        {
            Mode = Mode switch
            {
                // LoRA on a quantized model is what the field calls QLoRA; nothing here differs.
                null or "lora" or "qlora" => TrainingMode.Lora,
                "full" => TrainingMode.Full,
                _ => throw new JsonException($"the mode is '{Mode}', not lora, qlora or full"),
            },
            Rank = rank,
            Alpha = Alpha ?? 2 * rank,
            RankStabilized = RankStabilized ?? defaults.RankStabilized,
            Dropout = Dropout ?? defaults.Dropout,
            Targets = Targets ?? defaults.Targets,
            Epochs = Epochs ?? defaults.Epochs,
            MaxSteps = MaxSteps,
            BatchSize = Batch ?? defaults.BatchSize,
            Accumulate = Accumulate ?? defaults.Accumulate,
            Optimizer = Optimizer ?? defaults.Optimizer,
            LearningRate = LearningRate ?? defaults.LearningRate,
            Schedule = Schedule ?? defaults.Schedule,
            Warmup = Warmup ?? defaults.Warmup,
            WeightDecay = WeightDecay ?? defaults.WeightDecay,
            MaxGradientNorm = MaxGradientNorm ?? defaults.MaxGradientNorm,
            MaxLength = MaxLength ?? defaults.MaxLength,
            Seed = Seed ?? defaults.Seed,
            Checkpointing = Checkpointing,
            Backward = Backward ?? defaults.Backward,
            Threads = Threads,
            EvaluationInterval = EvaluateEvery,
            Patience = Patience,
            CheckpointInterval = CheckpointEvery ?? defaults.CheckpointInterval,
            Resume = Resume ?? defaults.Resume,
        };
    }
}
