using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Datasets;
using LocalInference.Cli.Models;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary>The flags of <c>train</c> that say how, each named for its <see cref="TrainingOptions"/> or <see cref="DatasetOptions"/>.</summary>
internal sealed class TrainFlags
{
    private const string Full = "full";

    private static readonly TrainingOptions s_defaults = new();

    private readonly Option<string?> _mode = CreateMode();
    private readonly Option<int?> _rank = NumberOption.Create("--rank", $"Rank of the changes. Default: {s_defaults.Rank}.", 1, 4096);
    private readonly Option<float?> _alpha = NumberOption.Create("--alpha", "Strength of the changes, which are scaled by alpha / rank. Default: twice the rank.", 0.001f, float.MaxValue);
    private readonly Option<bool> _rankStabilized = new("--rank-stabilized") { Description = "Scale by alpha / √rank instead." };
    private readonly Option<float?> _dropout = NumberOption.Create("--dropout", "How likely an element of what goes into a change, or in the mode full of what a layer adds, is dropped in a step. Default: 0.", 0, 0.99f);
    private readonly Option<LoraTargets?> _targets = CreateTargets();
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
    private readonly Option<float?> _weightDecay = NumberOption.Create("--weight-decay", $"Decoupled weight decay. Default: {s_defaults.WeightDecay}.", 0, 1f);
    private readonly Option<float?> _maxGradientNorm = NumberOption.Create("--max-gradient-norm", $"A longer gradient is shortened to this; Infinity: never. Default: {s_defaults.MaxGradientNorm}.", 0.000001f, float.PositiveInfinity);
    private readonly SampleFlags _samples = new();
    private readonly Option<double?> _validationShare = NumberOption.Create("--validation-share", "The share of the samples, chosen by the seed, that is not learned but measured on. Default: 0.", 0, 0.99);
    private readonly Option<int?> _maxLength = NumberOption.Create("--max-length", $"Tokens of a sample beyond these are cut off; a Phi-3 of 128k learns for contexts of so many. Default: {s_defaults.MaxLength}.", 2, int.MaxValue);
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
            _mode, _rank, _alpha, _rankStabilized, _dropout, _targets, _epochs, _maxSteps, _batch, _accumulate, _optimizer, _learningRate, _schedule, _warmup, _weightDecay, _maxGradientNorm, _validationShare, _maxLength, _seed, _threads, _evaluate, _patience, _checkpoint, _resume,
        })
        {
            command.Add(option);
        }

        _samples.AddTo(command);
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
            Targets = result.GetValue(_targets) ?? options.Targets,
            Epochs = result.GetValue(_epochs) ?? options.Epochs,
            MaxSteps = result.GetValue(_maxSteps) ?? options.MaxSteps,
            BatchSize = result.GetValue(_batch) ?? options.BatchSize,
            Accumulate = result.GetValue(_accumulate) ?? options.Accumulate,
            Optimizer = result.GetValue(_optimizer) ?? options.Optimizer,
            LearningRate = result.GetValue(_learningRate) ?? options.LearningRate,
            Schedule = result.GetValue(_schedule) ?? options.Schedule,
            Warmup = result.GetValue(_warmup) ?? options.Warmup,
            WeightDecay = result.GetValue(_weightDecay) ?? options.WeightDecay,
            MaxGradientNorm = result.GetValue(_maxGradientNorm) ?? options.MaxGradientNorm,
            MaxLength = result.GetValue(_maxLength) ?? options.MaxLength,
            Seed = result.GetValue(_seed) ?? options.Seed,
            Threads = result.GetValue(_threads) ?? options.Threads,
            EvaluationInterval = result.GetValue(_evaluate) ?? options.EvaluationInterval,
            Patience = result.GetValue(_patience) ?? options.Patience,
            CheckpointInterval = result.GetValue(_checkpoint) ?? options.CheckpointInterval,
            Resume = result.GetValue(_resume) || options.Resume,
        };
    }

    /// <summary>How samples are read for a training.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="configured">What holds where it says nothing.</param>
    /// <param name="options">How it trains.</param>
    public DatasetOptions ReadDataset(ParseResult result, DatasetOptions configured, TrainingOptions options) => _samples.Apply(result, configured with
    {
        MaxLength = options.MaxLength,
        ValidationShare = result.GetValue(_validationShare) ?? configured.ValidationShare,

        // The lower half decides as well.
        Seed = unchecked((int)options.Seed),
    });

    private static Option<LoraTargets?> CreateTargets() => new("--targets")
    {
        Description = "The matrices of each layer that an adapter changes: query, key, value, output, gate, up, down, attention, feedforward or all; several with commas. Default: all.",
        HelpName = "NAMES",
        CustomParser = static result =>
        {
            string text = result.Tokens[0].Value;

            // Numbers would be taken, too, and none for nothing.
            if (text.All(static c => char.IsAsciiLetter(c) || c is ',' or ' ') && Enum.TryParse(text, ignoreCase: true, out LoraTargets targets) && targets != LoraTargets.None)
            {
                return targets;
            }

            result.AddError($"--targets takes names of matrices such as query,value, not '{text}'.");
            return null;
        },
    };

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
