namespace LocalInference.Training;

/// <summary>
/// One layer of llama, qwen2 and qwen3: pre-norm attention and a gated feed-forward network, both added to what came in. They differ in
/// biases (qwen2), norms of heads (qwen3) and the pairs that positions turn (<see cref="RopeSettings.IsNeox"/>), all of which the weights
/// and the shape say. The function is that of llama.cpp v0.5.0 (src/models/llama.cpp, qwen2.cpp, qwen3.cpp).
/// </summary>
internal static unsafe class TransformerLayer
{
    /// <summary>The layer's output.</summary>
    /// <param name="tape">Where.</param>
    /// <param name="shape">The model's.</param>
    /// <param name="layer">The layer's weights.</param>
    /// <param name="x">A row for each token.</param>
    /// <param name="batch">Positions and segments of the tokens.</param>
    public static Variable Forward(Tape tape, ModelShape shape, LayerWeights layer, Variable x, TokenBatch batch)
    {
        Variable attended = tape.Add(x, Attend(tape, shape, layer, Norm(tape, x, layer.AttentionNorm, shape), batch));
        return tape.Add(attended, FeedForward(tape, layer, Norm(tape, attended, layer.FeedForwardNorm, shape), batch.DropoutKey));
    }

    /// <summary>Rows divided by their root mean square, times the norm's weight.</summary>
    public static Variable Norm(Tape tape, Variable x, Weight weight, ModelShape shape) =>
        tape.MultiplyVector(tape.RmsNorm(x, shape.NormEpsilon), weight.On(tape));

    private static Variable Attend(Tape tape, ModelShape shape, LayerWeights layer, Variable x, TokenBatch batch)
    {
        Variable q = Heads(tape, shape, layer.Query.Forward(tape, x, batch.DropoutKey), shape.Heads, layer.QueryNorm);
        Variable k = Heads(tape, shape, layer.Key.Forward(tape, x, batch.DropoutKey), shape.KeyValueHeads, layer.KeyNorm);
        Variable v = tape.SplitHeads(layer.Value.Forward(tape, x, batch.DropoutKey), shape.KeyValueHeads);
        Variable output = tape.Attention(
            tape.Rope(q, batch.Positions, shape.Rope),
            tape.Rope(k, batch.Positions, shape.Rope),
            v,
            batch.Segments,
            1 / MathF.Sqrt(shape.HeadLength),
            Tape.QueryBlock);
        return layer.Output.Forward(tape, output, batch.DropoutKey);
    }

    private static Variable Heads(Tape tape, ModelShape shape, Variable x, int heads, Weight? norm)
    {
        Variable split = tape.SplitHeads(x, heads);
        return norm is null ? split : Norm(tape, split, norm, shape);
    }

    private static Variable FeedForward(Tape tape, LayerWeights layer, Variable x, ulong key) =>
        layer.Down.Forward(tape, tape.SwiGlu(layer.Gate.Forward(tape, x, key), layer.Up.Forward(tape, x, key)), key);
}
