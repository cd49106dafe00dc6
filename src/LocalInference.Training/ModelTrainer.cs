using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// Trains a GGUF model on the CPU: a LoRA adapter beside it (Hu et al., 2021, arXiv 2106.09685), for which the file that is served stays as it
/// is, quantized or not, and which loads into the engine at once; or all weights of a small model in F32. For the architectures llama,
/// qwen2, qwen3, phi3, gemma, gemma2 and gemma3. Not safe for concurrent use; several trainers may run beside each other.
/// </summary>
/// <example>
/// <code>
/// using ModelTrainer trainer = ModelTrainer.Open("model.gguf", new TrainingOptions { Epochs = 2 });
/// TrainingResult result = await trainer.TrainAsync(samples, validation: [], "runs/first", progress: null, cancellationToken);
/// await model.LoadAdapterAsync(result.Path);
/// </code>
/// </example>
public sealed class ModelTrainer : IDisposable
{
    private readonly TrainableModel _model;
    private readonly TrainingOptions _options;
    private readonly int _threads;

    private ModelTrainer(TrainableModel model, TrainingOptions options)
    {
        _model = model;
        _options = options;
        _threads = PhysicalCores.ThreadsFor(options.Threads);
    }

    /// <summary>Memory that is free.</summary>
    internal Func<long> FreeBytes { get; set; } = static () => MachineMemory.ReadHost().FreeBytes;

    /// <summary>Opens a model. Its weights stay in the file, which must not change while the trainer lives.</summary>
    /// <param name="path">Path of a GGUF file; of a split model, any part.</param>
    /// <param name="options">How to train; <see langword="null"/>: defaults.</param>
    /// <exception cref="ModelNotFoundException">No file is there.</exception>
    /// <exception cref="ModelUnsupportedException">It is no model that llama.cpp can run.</exception>
    /// <exception cref="TrainingException">An option means nothing, or the model has something that the trainer does not know.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp could not be loaded.</exception>
    public static ModelTrainer Open(string path, TrainingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new TrainingOptions();
        TrainingOptionsCheck.Run(options);
        return new ModelTrainer(TrainableModel.Open(Path.GetFullPath(path), options.MaxLength), options);
    }

    /// <summary>What a training would need.</summary>
    /// <param name="samples">What to learn.</param>
    /// <param name="validation">What is evaluated meanwhile; it may be longer. Default: nothing.</param>
    /// <exception cref="TrainingException">A sample is malformed, or none has anything to learn.</exception>
    public TrainingEstimate Estimate(IReadOnlyList<TrainingSample> samples, IReadOnlyList<TrainingSample>? validation = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return Need(Prepare(samples), Held(validation ?? [])).Estimate();
    }

    /// <summary>How long a training would take if nothing else ran, without evaluations: measured for some milliseconds on this machine, and rough.</summary>
    /// <param name="samples">What to learn.</param>
    /// <exception cref="TrainingException">A sample is malformed, or none has anything to learn.</exception>
    public TimeSpan EstimateDuration(IReadOnlyList<TrainingSample> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        PreparedSamples prepared = Prepare(samples);
        return ComputeNeed.Duration(_model, _options, prepared, Need(prepared, []).Estimate(), _threads);
    }

    /// <summary>Trains, on a thread of its own.</summary>
    /// <param name="samples">What to learn.</param>
    /// <param name="validation">What to measure on; what has the best loss on it is kept. Empty: the last is.</param>
    /// <param name="directory">
    /// Where the run is kept, made if it is not there: <c>adapter.gguf</c> or <c>model.gguf</c>, <c>checkpoint.gguf</c>, <c>metrics.jsonl</c> with a line for each step, and
    /// <c>config.json</c>. Without <see cref="TrainingOptions.Resume"/> those of an earlier run are replaced.
    /// </param>
    /// <param name="progress">Told of each step, on the training's thread.</param>
    /// <param name="cancellationToken">Stops after the batch that is being computed; the checkpoint is written, so that it can be resumed.</param>
    /// <exception cref="TrainingException">The samples, the memory or the checkpoint do not allow it, or the loss is not a number any more.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<TrainingResult> TrainAsync(
        IReadOnlyList<TrainingSample> samples,
        IReadOnlyList<TrainingSample> validation,
        string directory,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return Task.Factory.StartNew(
            () => Train(samples, validation, directory, progress, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>Closes the model; no training may be running.</summary>
    public void Dispose() => _model.Dispose();

    /// <inheritdoc cref="TrainAsync"/>
    internal TrainingResult Train(IReadOnlyList<TrainingSample> given, IReadOnlyList<TrainingSample> givenValidation, string path, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        PreparedSamples samples = Prepare(given);
        IReadOnlyList<TrainingSample> validation = Held(givenValidation);
        MemoryNeed memory = Need(samples, validation);
        memory.Estimate().RequireFit();
        using ITrainedWeights trained = _options.Mode == TrainingMode.Full ? new FullWeights(_model) : new LoraAdapter(_model, _options);
        using RunDirectory directory = new(path, trained.FileName);
        using CpuBackend backend = new(_threads);
        Compare(backend, samples.Samples[0], _model.Path);
        RunState state = Run(backend, trained, directory, memory, samples, validation, progress, cancellationToken);
        if (validation.Count == 0)
        {
            // Of the best on validation samples only the file is left, not what it was made of.
            Compare(backend, samples.Samples[0], trained.IsAdapter ? _model.Path : directory.ResultPath, trained.IsAdapter ? directory.ResultPath : null);
        }

        return new TrainingResult(
            directory.ResultPath,
            state.Step,
            state.Loss,
            validation.Count == 0 ? null : state.BestLoss,
            state.Backward,
            samples.Cut,
            samples.LeftOut);
    }

    // With memory of its own, which is free again before and after a run has its.
    private void Compare(CpuBackend backend, TrainingSample sample, string modelPath, string? adapterPath = null)
    {
        using ModelPass pass = new(_model, new TapeRunner(backend), checkpoint: false);
        new EngineAgreement(pass, _threads).Check(sample, modelPath, adapterPath);
    }

    private PreparedSamples Prepare(IReadOnlyList<TrainingSample> samples) => PreparedSamples.Of(samples, _model.Shape, _options.MaxLength);

    // For this machine, as it is now.
    private MemoryNeed Need(PreparedSamples samples, IReadOnlyList<TrainingSample> validation) =>
        new(_model, _options, samples, validation, FreeBytes(), ProductKernel.IsSupported);

    private IReadOnlyList<TrainingSample> Held(IReadOnlyList<TrainingSample> validation) => validation.Count == 0 ? [] : Prepare(validation).Samples;

    private RunState Run(CpuBackend backend, ITrainedWeights trained, RunDirectory directory, MemoryNeed memory, PreparedSamples samples, IReadOnlyList<TrainingSample> validation, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using CpuLoad? load = _options.AdaptThreads ? CpuLoad.TryOpen() : null;
        ThreadGovernor governor = new(_threads, _options.AdaptThreads, load, TimeProvider.System);
        using TapeRunner runner = new(backend, governor);
        StepPlan plan = new(samples.Samples, _options);
        using Optimizer optimizer = new(trained.Parameters, _options.WeightDecay, _options.Optimizer == OptimizerKind.Muon ? new Muon(trained.Matrices, runner) : null);
        Checkpoint checkpoint = new(directory.CheckpointPath, Fingerprint.Of(_model, trained.Parameters.All.Select(static p => p.Definition), samples.Samples, validation, _options));
        bool isResumed = _options.Resume && checkpoint.Exists;
        RunState state = isResumed ? checkpoint.Read(trained.Parameters, optimizer) : new RunState();
        TrainingEstimate need = isResumed ? memory.Resumed(state) : memory.Estimate();
        need.RequireFit();
        bool mayChange = !isResumed && _options.Backward == BackwardPrecision.Auto && need.Backward is (BackwardPrecision.Q8 or BackwardPrecision.Mixed);
        RunConfiguration configuration = RunConfiguration.Of(_model.Path, _options, samples.Samples.Count, validation.Count);
        directory.Begin(JsonSerializer.SerializeToUtf8Bytes(configuration, ConfigurationJson.Default.RunConfiguration), state);

        // Layers that are computed twice give the same gradient in less memory, and this is one batch.
        BackwardChoice choice = new(_model, () => new ModelPass(_model, new TapeRunner(backend, governor), _options.Checkpointing ?? true), trained.Parameters, _options, _threads);
        (TrainingEstimate chosen, TransposedWeights? copies) = choice.Make(need, mayChange ? memory.Fallback() : null, plan.Batches(0), cancellationToken);
        using TransposedWeights? transposed = copies;
        using ModelPass pass = new(_model, runner, chosen.Checkpointing);
        TrainingRun run = new(new GradientComputer(pass, trained.Parameters, _options), trained, optimizer, plan, validation, _options, directory, checkpoint, new RunClock(TimeProvider.System));
        return run.Run(state with { Backward = chosen.Backward, TransposedBytes = chosen.TransposedBytes }, progress, cancellationToken);
    }
}
