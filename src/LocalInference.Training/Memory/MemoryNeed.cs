using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Counts, before a run, what it will allocate for the longest batches that can come up, and chooses what it can afford.</summary>
/// <param name="model">What is trained.</param>
/// <param name="options">How.</param>
/// <param name="samples">What is learned.</param>
/// <param name="validation">What is measured on, prepared as the samples.</param>
/// <param name="available">Memory that is free.</param>
/// <param name="hasProducts">Whether the processor can do what <see cref="ProductKernel"/> needs.</param>
internal sealed class MemoryNeed(TrainableModel model, TrainingOptions options, PreparedSamples samples, IReadOnlyList<TrainingSample> validation, long available, bool hasProducts)
{
    // What a worker over a tiny model holds: .NET, llama.cpp, and what threads pack products into.
    private const long ProcessBytes = 66 << 20;

    // Of comparing with libllama (EngineAgreement) the C library keeps what was freed in pieces of less than 32 MiB: the logits of so many
    // tokens as libllama computes them, and both sides' copies. For a vocabulary of 49,152 that is 36 MiB; 45 were measured of a 135M model in
    // Q8_0, at any number of tokens.
    private const int ComparedTokens = 64;
    private const int ComparedLogits = 3;

    /// <summary>Counts for what the options say, or for the fastest of what fits.</summary>
    public TrainingEstimate Estimate()
    {
        if (options.Backward != BackwardPrecision.Auto)
        {
            return With(options.Backward);
        }

        TrainingEstimate exact = With(BackwardPrecision.OnTheFly);
        if (hasProducts || model.Matrices.All(static m => m.IsSinglePrecision))
        {
            return exact;
        }

        // Copies in Q8_0 are compared with the exact gradient before they are used, so that has to fit as well. A large vocabulary, unpacked
        // whole for it, can take more than all copies in BF16, which need no comparison.
        if (exact.TotalBytes > available)
        {
            TrainingEstimate halves = With(BackwardPrecision.BF16);
            return halves.TotalBytes < exact.TotalBytes ? halves : exact;
        }

        // Copies make it faster, and no more than that: a training that fits without them is not refused.
        TrainingEstimate copied = With(BackwardPrecision.Q8);
        if (copied.TotalBytes <= available)
        {
            return copied;
        }

        TrainingEstimate mixed = With(BackwardPrecision.Mixed);
        return mixed.TransposedBytes > 0 ? mixed : exact;
    }

    /// <summary>
    /// Counts for what copies in Q8_0 are given up for where their gradient is off: BF16, or on the fly where that does not fit. One of both
    /// does: copies in Q8_0 are only chosen where the exact gradient fits.
    /// </summary>
    public TrainingEstimate Fallback()
    {
        TrainingEstimate halves = With(BackwardPrecision.BF16);
        return halves.TotalBytes <= available ? halves : With(BackwardPrecision.OnTheFly);
    }

    /// <summary>Counts for what a run was begun with: that stays, though it may need more than what would be chosen now.</summary>
    public TrainingEstimate Resumed(RunState state) => Count(state.Backward, state.TransposedBytes, options.Checkpointing);

    private TrainingEstimate With(BackwardPrecision backward)
    {
        TrainingEstimate all = Count(backward, long.MaxValue, options.Checkpointing);
        if (backward != BackwardPrecision.Mixed || all.TotalBytes <= available)
        {
            return all;
        }

        // Copies are given the place of activations, too: layers are computed twice. The output's is the first, because nothing takes as much
        // as that matrix unpacked. A tenth of what is left stays free.
        bool checkpointing = options.Checkpointing ?? true;
        IReadOnlyList<Weight> output = TransposedWeights.Choose([model.Output], ggml_type.GGML_TYPE_Q8_0);
        TrainingEstimate first = Count(backward, TransposedWeights.Bytes(output, ggml_type.GGML_TYPE_Q8_0), checkpointing);
        long room = (available - first.TotalBytes + first.TransposedBytes) / 10 * 9;
        TrainingEstimate most = Count(backward, room, checkpointing);
        return most.TotalBytes <= available ? most : Count(backward, 0, checkpointing);
    }

    // With copies of as many matrices as that much memory holds.
    private TrainingEstimate Count(BackwardPrecision backward, long most, bool? asked)
    {
        ggml_type? type = TransposedWeights.TypeOf(backward);
        IReadOnlyList<Weight> copied = type is { } stored ? TransposedWeights.Choose(model.Matrices, stored, most) : [];
        ActivationNeed activations = new(model, options, copied, hasProducts);
        StepPlan plan = new(samples.Samples, options);
        int[] longest = [.. samples.Samples.Select(Length).OrderDescending().Take(options.BatchSize)];
        long parameters = ParameterSet.Bytes(options.Mode == TrainingMode.Full ? FullWeights.Definitions(model) : LoraAdapter.Definitions(model, options));
        long weights = model.Weights.Sum(static w => (long)w.ByteLength);
        long transposed = type is { } copies ? TransposedWeights.Bytes(copied, copies) : 0;
        long updates = options.Optimizer == OptimizerKind.Muon ? ParameterSet.Bytes(model.Layers.SelectMany(static l => l.Linears).Select(static l => new ParameterDefinition(l.Matrix.Name, l.Matrix.Columns, l.Matrix.Rows))) : 0;
        long state = (4 * parameters) + updates;
        long whole = activations.Training(longest, checkpointing: false);
        bool checkpointing = asked ?? weights + transposed + state + whole > available / 2;
        long training = checkpointing ? activations.Training(longest, checkpointing: true) : whole;

        // Evaluations take samples as they come.
        long evaluation = validation.Chunk(options.BatchSize).Select(chunk => activations.Evaluation([.. chunk.Select(Length)], checkpointing)).DefaultIfEmpty().Max();
        long compared = (long)ComparedLogits * Math.Min(ComparedTokens, Length(samples.Samples[0])) * model.Shape.VocabularySize * sizeof(float);
        return new TrainingEstimate(
            plan.Steps,
            samples.TokenCount * plan.Steps / plan.StepsPerEpoch,
            parameters / sizeof(float),
            checkpointing,
            backward,
            weights,
            transposed,
            state,
            Math.Max(training, evaluation),
            available)
        {
            ProcessBytes = ProcessBytes + compared,
        };
    }

    private static int Length(TrainingSample sample) => sample.Tokens.Length - 1;
}
