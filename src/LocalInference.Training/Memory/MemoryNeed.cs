namespace LocalInference.Training;

/// <summary>Counts, before a run, what it will allocate, and chooses what it can afford.</summary>
internal static class MemoryNeed
{
    // A worker over a tiny model holds 66 MiB, and more is left of comparing a large one: with this the estimate for a 135M model in Q8_0
    // (512 tokens) was 4 % below what was resident.
    private const long ProcessBytes = 110 << 20;

    /// <summary>Counts for the longest batch that can come up.</summary>
    public static TrainingEstimate Estimate(TrainableModel model, TrainingOptions options, PreparedSamples samples)
    {
        StepPlan plan = new(samples.Samples, options);
        int[] longest = [.. samples.Samples.Select(static s => s.Tokens.Length - 1).OrderDescending().Take(options.BatchSize)];
        long parameters = ParameterSet.Bytes(options.Mode == TrainingMode.Full ? FullWeights.Definitions(model) : LoraAdapter.Definitions(model, options));
        long available = MachineMemory.ReadHost().FreeBytes;
        BackwardPrecision backward = options.Backward != BackwardPrecision.Auto
            ? options.Backward
            : ProductKernel.IsSupported || model.Matrices.All(static m => m.IsSinglePrecision) ? BackwardPrecision.OnTheFly : BackwardPrecision.Q8;
        long weights = model.Weights.Sum(static w => (long)w.ByteLength);
        long transposed = TransposedWeights.Bytes(model.Matrices, backward);
        long updates = options.Optimizer == OptimizerKind.Muon ? ParameterSet.Bytes(model.Layers.SelectMany(static l => l.Linears).Select(static l => new ParameterDefinition(l.Matrix.Name, l.Matrix.Columns, l.Matrix.Rows))) : 0;
        long state = (4 * parameters) + updates;
        long fixedBytes = weights + transposed + state;
        long whole = Activations(model, options, backward, longest, checkpointing: false);
        bool checkpointing = options.Checkpointing ?? fixedBytes + whole > available / 2;
        return new TrainingEstimate(
            plan.Steps,
            samples.TokenCount * plan.Steps / plan.StepsPerEpoch,
            parameters / sizeof(float),
            checkpointing,
            backward,
            weights,
            transposed,
            state,
            checkpointing ? Activations(model, options, backward, longest, checkpointing: true) : whole,
            available)
        {
            ProcessBytes = ProcessBytes,
        };
    }

    // Counted from the operations: what the way back reads again of each layer, and the largest of what is there for a moment only. In floats.
    private static long Activations(TrainableModel model, TrainingOptions options, BackwardPrecision backward, int[] lengths, bool checkpointing)
    {
        ModelShape shape = model.Shape;
        bool isFull = options.Mode == TrainingMode.Full;
        long tokens = lengths.Sum(static l => (long)l);
        long width = shape.Width;
        long queries = shape.Heads * shape.HeadLength;
        long keys = shape.KeyValueHeads * shape.HeadLength;
        long inner = shape.FeedForwardWidth;
        long ranks = isFull ? 2 * width : model.Layers[0].Linears.Count() * (long)options.Rank;
        long norms = (shape.HasPostNorms ? 2 * width : 0) + (shape.HasHeadNorms ? queries + keys : 0);

        // Each change of one input drops others of it; without that they share it.
        long dropped = isFull || options.Dropout == 0 ? 0 : (model.Layers[0].QueryKeyValue.Linears.Count + model.Layers[0].GateUp.Linears.Count - 2) * width;
        int scores = shape.ScoreCap == 0 ? 1 : 2;
        (int Length, int Samples)[] groups = [.. SampleGroups.Lengths(lengths)];
        long masks = groups.Where(static g => g.Samples > 1).Sum(static g => (long)g.Length * g.Length);
        long block = groups.Max(static g => (long)(g.Samples > 1 ? g.Length : Math.Min(g.Length, Tape.QueryBlock)) * g.Length);
        long layer = (tokens * ((4 * width) + (2 * queries) + (2 * keys) + (3 * inner) + norms + dropped + ranks)) + (groups.Sum(static g => g.Samples > 1 ? (long)g.Length * g.Length : AttentionScores(g.Length)) * shape.Heads * scores);

        // Gradients of gate and up, and where one matrix makes both, those joined.
        int parts = model.Layers[0].GateUp.Linears.Count == 1 ? 4 : 2;

        // ggml transposes a matrix whole, and unpacks it before that if it is not F32.
        int copies = ProductKernel.IsSupported || backward != BackwardPrecision.OnTheFly ? 0 : model.Output.IsSinglePrecision ? 1 : 2;
        long feedForward = (tokens * ((parts * inner) + width)) + (copies * width * inner);

        // When attention goes back, what the feed-forward network of its layer had kept is free already.
        long attention = (tokens * ((3 * queries) + (4 * keys) - (3 * inner))) + (shape.Heads * block) + (copies * width * queries);
        long head = ((shape.LogitCap == 0 ? 2L : 3L) * Math.Min(tokens, Tape.LossBlock) * shape.VocabularySize) + (4 * tokens * width) + ((copies + (isFull ? 1 : 0)) * width * shape.VocabularySize);
        long momentary = Math.Max(attention, feedForward);
        long floats = checkpointing
            ? (tokens * width * (shape.Layers + 1)) + Math.Max(layer + momentary, head)
            : (layer * shape.Layers) + Math.Max(momentary, head);
        return (floats + masks) * sizeof(float);
    }

    /// <summary>Scores that are computed for a segment of one sample: whole blocks, though their upper corner is masked.</summary>
    public static long AttentionScores(int length)
    {
        long sum = 0;
        for (int start = 0; start < length; start += Tape.QueryBlock)
        {
            int block = Math.Min(Tape.QueryBlock, length - start);
            sum += (long)block * (start + block);
        }

        return sum;
    }
}
