namespace LocalInference.Training;

/// <summary>A linear layer: a matrix, perhaps a bias, and perhaps what is trained on top.</summary>
/// <param name="matrix">A row for each output.</param>
/// <param name="bias">Added to the outputs, or <see langword="null"/>.</param>
/// <param name="targets">What of the layer it is; several where matrices are one.</param>
internal sealed unsafe class Linear(Weight matrix, Weight? bias, LoraTargets targets)
{
    public Weight Matrix { get; } = matrix;

    public Weight? Bias { get; } = bias;

    public LoraTargets Targets { get; } = targets;

    /// <summary>The change of low rank, or <see langword="null"/>.</summary>
    public LowRankChange? Change { get; set; }

    /// <summary>y = W·x + the change + bias.</summary>
    /// <param name="tape">Where.</param>
    /// <param name="x">A row for each token.</param>
    /// <param name="key">Makes the dropout of this pass.</param>
    public Variable Forward(Tape tape, Variable x, ulong key)
    {
        Variable y = tape.Linear(Matrix.On(tape), Matrix.Transposed, x);
        y = Change is null ? y : tape.Add(y, Change.Forward(tape, x, key));
        return Bias is null ? y : tape.AddVector(y, Bias.On(tape));
    }
}
