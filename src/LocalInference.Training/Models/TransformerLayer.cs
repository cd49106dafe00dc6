namespace LocalInference.Training;

/// <summary>
/// One layer of every architecture that can be trained: pre-norm attention and a gated feed-forward network, both added to what came in.
/// What else there is the weights and the shape say: biases, fused matrices, norms of heads and of what is added, the pairs that positions
/// turn, caps and windows of scores, the gate's activation (<see cref="ArchitectureTraits"/>).
/// </summary>
internal static unsafe class TransformerLayer
{
    /// <summary>The layer's output.</summary>
    /// <param name="tape">Where.</param>
    /// <param name="shape">The model's.</param>
    /// <param name="layer">The layer's weights.</param>
    /// <param name="index">Its place in the model.</param>
    /// <param name="x">A row for each token.</param>
    /// <param name="batch">Positions and segments of the tokens.</param>
    public static Variable Forward(Tape tape, ModelShape shape, LayerWeights layer, int index, Variable x, TokenBatch batch)
    {
        Variable attention = Attend(tape, shape, layer, Norm(tape, x, layer.AttentionNorm, shape), batch);
        Variable attended = tape.Add(x, Dropped(tape, NormIfAny(tape, attention, layer.PostAttentionNorm, shape), batch, 2 * index));
        Variable forwarded = FeedForward(tape, shape, layer, Norm(tape, attended, layer.FeedForwardNorm, shape), batch.DropoutKey);
        return tape.Add(attended, Dropped(tape, NormIfAny(tape, forwarded, layer.PostFeedForwardNorm, shape), batch, (2 * index) + 1));
    }

    /// <summary>Rows divided by their root mean square, times the norm's weight.</summary>
    public static Variable Norm(Tape tape, Variable x, Weight weight, ModelShape shape) =>
        tape.MultiplyVector(tape.RmsNorm(x, shape.NormEpsilon), weight.On(tape));

    private static Variable Dropped(Tape tape, Variable x, TokenBatch batch, int place) =>
        batch.DropoutKey == 0 ? x : tape.Dropout(x, batch.LayerDropout, RandomBits.Key(batch.DropoutKey, (ulong)place));

    private static Variable NormIfAny(Tape tape, Variable x, Weight? weight, ModelShape shape) => weight is null ? x : Norm(tape, x, weight, shape);

    private static Variable Attend(Tape tape, ModelShape shape, LayerWeights layer, Variable x, TokenBatch batch)
    {
        IReadOnlyList<Variable> parts = layer.QueryKeyValue.Forward(tape, x, batch.DropoutKey);
        Variable q = NormIfAny(tape, tape.SplitHeads(parts[0], shape.Heads), layer.QueryNorm, shape);
        Variable k = NormIfAny(tape, tape.SplitHeads(parts[1], shape.KeyValueHeads), layer.KeyNorm, shape);
        Variable v = tape.SplitHeads(parts[2], shape.KeyValueHeads);
        Variable output = tape.Attention(
            tape.Rope(q, batch.Positions, layer.Attention.Rope),
            tape.Rope(k, batch.Positions, layer.Attention.Rope),
            v,
            batch.Segments,
            layer.Attention.Scores,
            Tape.QueryBlock);
        return layer.Output.Forward(tape, output, batch.DropoutKey);
    }

    private static Variable FeedForward(Tape tape, ModelShape shape, LayerWeights layer, Variable x, ulong key)
    {
        IReadOnlyList<Variable> parts = layer.GateUp.Forward(tape, x, key);
        Variable hidden = shape.Activation == GatedActivation.Gelu ? tape.GeGlu(parts[0], parts[1]) : tape.SwiGlu(parts[0], parts[1]);
        return layer.Down.Forward(tape, hidden, key);
    }
}
