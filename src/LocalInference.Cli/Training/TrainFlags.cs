using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary>The flags of <c>train</c> that say how, each named for its <see cref="TrainingOptions"/>.</summary>
internal sealed class TrainFlags
{
    private const string Full = "full";

    private static readonly TrainingOptions s_defaults = new();

    private readonly Option<string?> _mode = CreateMode();
    private readonly Option<int?> _rank = NumberOption.Create("--rank", $"Rank of the changes. Default: {s_defaults.Rank}.", 1, 4096);
    private readonly Option<float?> _alpha = NumberOption.Create("--alpha", "Strength of the changes, which are scaled by alpha / rank. Default: twice the rank.", 0.001f, float.MaxValue);
    private readonly Option<bool> _rankStabilized = new("--rank-stabilized") { Description = "Scale by alpha / √rank instead." };
    private readonly Option<float?> _dropout = NumberOption.Create("--dropout", "How likely an element of what goes into a change, or in the mode full of what a layer adds, is dropped in a step. Default: 0.", 0, 0.99f);
    private readonly Option<int?> _epochs = NumberOption.Create("--epochs", $"How often every sample is learned from. Default: {s_defaults.Epochs}.", 1, int.MaxValue);
    private readonly Option<int?> _maxSteps = NumberOption.Create("--max-steps", "Most steps. Default: what the epochs need.", 1, int.MaxValue);
    private readonly Option<int?> _batch = NumberOption.Create("--batch", $"Samples that are computed together. Default: {s_defaults.BatchSize}.", 1, 4096);
    private readonly Option<int?> _accumulate = NumberOption.Create("--accumulate", $"Batches whose gradients are added up for a step. Default: {s_defaults.Accumulate}.", 1, 4096);
    private readonly Option<OptimizerKind?> _optimizer = new("--optimizer")
    {
        Description = "What decides how far each weight moves: adamw, or muon for the matrices of layers in the mode full. Default: adamw.",
        HelpName = "KIND",
    };

    private readonly Option<float?> _learningRate = NumberOption.Create("--learning-rate", "The highest learning rate. Default: 0.0002.", 0.000000001f, 1);
    private readonly Option<LearningRateSchedule?> _schedule = new("--schedule")
    {
        Description = "How the learning rate goes on after the warm-up: cosine, linear or constant. Default: cosine.",
        HelpName = "KIND",
    };

    private readonly Option<float?> _warmup = NumberOption.Create("--warmup", "The share of all steps over which the learning rate rises. Default: 0.03.", 0, 1f);
    private readonly Option<int?> _maxLength = NumberOption.Create("--max-length", $"Tokens of a sample beyond these are cut off. Default: {s_defaults.MaxLength}.", 2, int.MaxValue);
    private readonly Option<ulong?> _seed = NumberOption.Create("--seed", "Decides everything that is left to chance. Default: 0.", 0UL, ulong.MaxValue);
    private readonly Option<int?> _threads = NumberOption.Create("--threads", "Threads that compute. Default: the physical cores.", 1, ModelFlags.MostThreads);
    private readonly Option<int?> _evaluate = NumberOption.Create("--evaluate-every", "Steps from one evaluation to the next. Default: an epoch's.", 1, int.MaxValue);
    private readonly Option<int?> _patience = NumberOption.Create("--patience", "Evaluations without a better loss after which it ends. Default: it goes on.", 1, int.MaxValue);
    private readonly Option<int?> _checkpoint = NumberOption.Create("--checkpoint-every", $"Steps from one checkpoint to the next. Default: {s_defaults.CheckpointInterval}.", 1, int.MaxValue);
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on from the checkpoint in DIR." };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[]
        {
            _mode, _rank, _alpha, _rankStabilized, _dropout, _epochs, _maxSteps, _batch, _accumulate, _optimizer, _learningRate, _schedule, _warmup, _maxLength, _seed, _threads, _evaluate, _patience, _checkpoint, _resume,
        })
        {
            command.Add(option);
        }
    }

    /// <summary>The options with what the flags say.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="configured">What holds where it says nothing.</param>
    public TrainingOptions Read(ParseResult result, TrainingConfiguration configured)
    {
        TrainingOptions options = configured.Options;
        int? rank = result.GetValue(_rank);
        return options with
        {
            Mode = result.GetValue(_mode) is { } mode ? (mode == Full ? TrainingMode.Full : TrainingMode.Lora) : options.Mode,
            Rank = rank ?? options.Rank,
            Alpha = result.GetValue(_alpha) ?? (configured.HasAlpha ? null : 2 * rank) ?? options.Alpha,
            RankStabilized = result.GetValue(_rankStabilized) || options.RankStabilized,
            Dropout = result.GetValue(_dropout) ?? options.Dropout,
            Epochs = result.GetValue(_epochs) ?? options.Epochs,
            MaxSteps = result.GetValue(_maxSteps) ?? options.MaxSteps,
            BatchSize = result.GetValue(_batch) ?? options.BatchSize,
            Accumulate = result.GetValue(_accumulate) ?? options.Accumulate,
            Optimizer = result.GetValue(_optimizer) ?? options.Optimizer,
            LearningRate = result.GetValue(_learningRate) ?? options.LearningRate,
            Schedule = result.GetValue(_schedule) ?? options.Schedule,
            Warmup = result.GetValue(_warmup) ?? options.Warmup,
            MaxLength = result.GetValue(_maxLength) ?? options.MaxLength,
            Seed = result.GetValue(_seed) ?? options.Seed,
            Threads = result.GetValue(_threads) ?? options.Threads,
            EvaluationInterval = result.GetValue(_evaluate) ?? options.EvaluationInterval,
            Patience = result.GetValue(_patience) ?? options.Patience,
            CheckpointInterval = result.GetValue(_checkpoint) ?? options.CheckpointInterval,
            Resume = result.GetValue(_resume) || options.Resume,
        };
    }

    // LoRA on a quantized model is what the field calls QLoRA; nothing here differs.
    private static Option<string?> CreateMode()
    {
        Option<string?> mode = new("--mode")
        {
            Description = "What is trained: lora or qlora, an adapter; full, all weights of a model in F32. Default: lora.",
            HelpName = "KIND",
        };
        mode.AcceptOnlyFromAmong("lora", "qlora", Full);
        return mode;
    }
}
