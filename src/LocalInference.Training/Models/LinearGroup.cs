namespace LocalInference.Training;

/// <summary>Linear layers of one input: each a matrix of its own, or the rows of all in one.</summary>
/// <param name="linears">The matrices: one for each width, or one.</param>
/// <param name="widths">Outputs of each layer.</param>
internal sealed class LinearGroup(IReadOnlyList<Linear> linears, IReadOnlyList<int> widths)
{
    public IReadOnlyList<Linear> Linears { get; } = linears;

    /// <summary>The outputs of each.</summary>
    /// <inheritdoc cref="Linear.Forward"/>
    public IReadOnlyList<Variable> Forward(Tape tape, Variable x, ulong key) => Linears.Count == 1
        ? tape.Split(Linears[0].Forward(tape, x, key), widths)
        : [.. Linears.Select(l => l.Forward(tape, x, key))];
}
