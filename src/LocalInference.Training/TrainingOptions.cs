namespace LocalInference.Training;

/// <summary>How to train. The defaults suit some hundreds to thousands of samples.</summary>
public sealed record TrainingOptions
{
    /// <summary>What is trained. Default an adapter; the options from <see cref="Rank"/> to <see cref="Targets"/> are for that only.</summary>
    public TrainingMode Mode { get; init; }

    /// <summary>Rank of each change: how much an adapter can learn, and how large it is. Default 16.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>Strength of the changes: they are scaled by alpha / rank. Default 32.</summary>
    public float Alpha { get; init; } = 32;

    /// <summary>Scale by alpha / √rank instead, which keeps high ranks learning (arXiv 2312.03732). Default off.</summary>
    public bool RankStabilized { get; init; }

    /// <summary>
    /// How likely an element is dropped in a step, from 0 to below 1: of what goes into a change, and where all weights are trained
    /// (<see cref="TrainingMode.Full"/>), of what each half of a layer adds. Default 0.
    /// </summary>
    public float Dropout { get; init; }

    /// <summary>The matrices that are changed. Default all.</summary>
    public LoraTargets Targets { get; init; } = LoraTargets.All;

    /// <summary>How often every sample is learned from. Default 3.</summary>
    public int Epochs { get; init; } = 3;

    /// <summary>Most steps; <see langword="null"/>: what the epochs need.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Samples that are computed together, one behind the other in one row: nothing is padded, and none sees another. Default 4.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>Batches whose gradients are added up for a step; as if they were one batch, but with the memory of one. Default 1.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>What decides how far each weight moves. Default AdamW.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>The highest learning rate. Default 2e-4.</summary>
    public float LearningRate { get; init; } = 2e-4f;

    /// <summary>How the learning rate goes on after the warm-up. Default a cosine.</summary>
    public LearningRateSchedule Schedule { get; init; }

    /// <summary>The share of all steps over which the learning rate rises, from 0 to 1. Default 0.03.</summary>
    public float Warmup { get; init; } = 0.03f;

    /// <summary>Decoupled weight decay. Default 0.01.</summary>
    public float WeightDecay { get; init; } = 0.01f;

    /// <summary>A longer gradient is shortened to this; <see cref="float.PositiveInfinity"/>: never. Default 1.</summary>
    public float MaxGradientNorm { get; init; } = 1;

    /// <summary>
    /// Tokens of a sample beyond these are cut off. Default 512. Models that tell positions otherwise in long contexts (Phi-3 128k: in those of
    /// more than 4,096 tokens) are trained for a context of so many, as llama.cpp would compute one: choose what it will be served with.
    /// </summary>
    public int MaxLength { get; init; } = 512;

    /// <summary>Decides everything that is left to chance: the same seed gives the same adapter, bit for bit, with any number of threads. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether layers are computed twice to save memory: some 25 % slower, and often a tenth of the memory. <see langword="null"/>: if the memory needs it.</summary>
    public bool? Checkpointing { get; init; }

    /// <summary>How gradients go back through frozen matrices. Default <see cref="BackwardPrecision.Auto"/>.</summary>
    public BackwardPrecision Backward { get; init; }

    /// <summary>Threads that compute; <see langword="null"/>: the physical cores. With <see cref="AdaptThreads"/> the most.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Whether there are fewer threads while other programs want the cores: threads that wait for one that does not run waste theirs. The
    /// result is the same bit for bit. Default on.
    /// </summary>
    public bool AdaptThreads { get; init; } = true;

    /// <summary>Steps from one evaluation on the validation samples to the next; <see langword="null"/>: once each epoch.</summary>
    public int? EvaluationInterval { get; init; }

    /// <summary>Evaluations without a better loss after which training ends; <see langword="null"/>: it does not.</summary>
    public int? Patience { get; init; }

    /// <summary>Steps from one checkpoint to the next. Default 50.</summary>
    public int CheckpointInterval { get; init; } = 50;

    /// <summary>Whether to go on from the checkpoint in the directory, if there is one. Default off: it is begun anew.</summary>
    public bool Resume { get; init; }
}
