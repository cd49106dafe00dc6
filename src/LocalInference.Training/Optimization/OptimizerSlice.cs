namespace LocalInference.Training;

/// <summary>Some parameters, and what an optimizer needs of them: all of the same length.</summary>
/// <param name="values">The parameters.</param>
/// <param name="gradients">Their gradients.</param>
/// <param name="first">Running means of gradients.</param>
/// <param name="second">Running means of squared gradients, for AdamW.</param>
internal readonly ref struct OptimizerSlice(Span<float> values, ReadOnlySpan<float> gradients, Span<float> first, Span<float> second)
{
    public Span<float> Values { get; } = values;

    public ReadOnlySpan<float> Gradients { get; } = gradients;

    public Span<float> First { get; } = first;

    public Span<float> Second { get; } = second;

    public OptimizerSlice this[Range range] => new(Values[range], Gradients[range], First[range], Second[range]);
}
