using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// Counts what is between input and loss of a batch, from the operations: what the way back reads again of each layer, and the largest of what is
/// there for a moment only. What ggml's allocator makes of it was replayed for shapes of each architecture.
/// </summary>
/// <param name="model">What is trained.</param>
/// <param name="options">How.</param>
/// <param name="copied">Frozen matrices that have transposed copies.</param>
/// <param name="hasProducts">Whether the processor can do what <see cref="ProductKernel"/> needs.</param>
internal sealed class ActivationNeed(TrainableModel model, TrainingOptions options, IReadOnlyCollection<Weight> copied, bool hasProducts)
{
    private readonly ModelShape _shape = model.Shape;
    private readonly LayerWeights _layer = model.Layers[0];
    private readonly bool _isFull = options.Mode == TrainingMode.Full;

    // Matrices in F32 while a gradient goes back through one of a layer, and through the output.
    private readonly int _layerMatrices = hasProducts ? 0 : Unpacked(model.Matrices.Skip(1).Except(copied));
    private readonly int _outputMatrices = hasProducts ? 0 : Unpacked(model.Matrices.Take(1).Except(copied));

    private long Width => _shape.Width;

    private long Queries => (long)_shape.Heads * _shape.HeadLength;

    private long Keys => (long)_shape.KeyValueHeads * _shape.HeadLength;

    private long Inner => _shape.FeedForwardWidth;

    /// <summary>Bytes of a step: forward and back.</summary>
    /// <param name="lengths">Tokens that are read of each sample.</param>
    /// <param name="checkpointing">Whether layers are computed twice.</param>
    public long Training(int[] lengths, bool checkpointing)
    {
        long tokens = lengths.Sum(static l => (long)l);
        long layer = Layer(lengths, tokens);

        // Gradients of the network's middle by its matrix and by the change of it, and of a matrix itself, where it is trained.
        int trained = _isFull ? 1 : 0;
        int whole = _layerMatrices + trained;
        long feedForward = (tokens * ((2 * Inner) + Width)) + (whole * Width * Inner);

        // When attention goes back, much of what the feed-forward network of its layer had kept is free already.
        long attention = (tokens * ((Queries / 2) + Keys - Inner)) + Block(lengths) + (whole * Width * Queries);
        long momentary = Math.Max(attention, feedForward);
        long head = Logits(tokens, _shape.LogitCap == 0 ? 1 : 2) + (4 * tokens * Width) + ((_outputMatrices + trained) * Width * _shape.VocabularySize);
        long floats = checkpointing
            ? (tokens * Width * (_shape.Layers + 1)) + Math.Max(layer + momentary, head)
            : (layer * _shape.Layers) + Math.Max(momentary, head);
        return (floats + Masks(lengths)) * sizeof(float);
    }

    /// <summary>Bytes of an evaluation, which only goes forward: of a layer nothing is kept but its output. Coarser, and rather too much.</summary>
    /// <inheritdoc cref="Training(int[], bool)"/>
    public long Evaluation(int[] lengths, bool checkpointing)
    {
        long tokens = lengths.Sum(static l => (long)l);

        // Scores that are capped or windowed are written elsewhere, and find no room where those of a smaller block were.
        long attention = (2 * tokens * (Queries + Keys)) + ((_shape.ScoreCap == 0 && _shape.Window is null ? 1 : 2) * Block(lengths));
        long feedForward = tokens * (Width + (Inner * (_layer.GateUp.Linears.Count == 1 ? 4 : 3)));
        long head = Logits(tokens, _shape.LogitCap == 0 ? 1 : 2) + (2 * tokens * Width);
        long floats = (tokens * Width * (checkpointing ? 2 : 1)) + Math.Max(Math.Max(attention, feedForward), head);
        return (floats + Masks(lengths)) * sizeof(float);
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

    // ggml transposes a matrix whole, and unpacks it before that if it is not F32.
    private static int Unpacked(IEnumerable<Weight> matrices) => matrices.Select(static m => m.IsSinglePrecision ? 1 : 2).DefaultIfEmpty().Max();

    // What the way back reads again. All in floats, as everything below.
    private long Layer(int[] lengths, long tokens)
    {
        // Where a norm's weight is trained, what it is multiplied with is kept as well.
        long norms = ((_shape.HasPostNorms ? 2 * Width : 0) + (_shape.HasHeadNorms ? Queries + Keys : 0)) * (_isFull ? 2 : 1);
        long ranks = _isFull ? 2 * Width : _layer.Linears.Count() * (long)options.Rank;

        // Each change of one input drops others of it; without that they share it.
        long dropped = _isFull || options.Dropout == 0 ? 0 : (_layer.QueryKeyValue.Linears.Count + _layer.GateUp.Linears.Count - 2) * Width;
        long scores = SampleGroups.Lengths(lengths).Sum(static g => g.Samples > 1 ? (long)g.Length * g.Length : AttentionScores(g.Length)) * _shape.Heads * (_shape.ScoreCap == 0 ? 1 : 2);
        return (tokens * ((4 * Width) + (2 * Queries) + (2 * Keys) + (3 * Inner) + norms + dropped + ranks)) + scores;
    }

    // The scores that are there at once.
    private long Block(int[] lengths) =>
        SampleGroups.Lengths(lengths).Max(static g => (long)(g.Samples > 1 ? g.Length : Math.Min(g.Length, Tape.QueryBlock)) * g.Length) * _shape.Heads;

    private long Logits(long tokens, int times) => times * Math.Min(tokens, Tape.LossBlock) * _shape.VocabularySize;

    private static long Masks(int[] lengths) => SampleGroups.Lengths(lengths).Where(static g => g.Samples > 1).Sum(static g => (long)g.Length * g.Length);
}
