namespace LocalInference;

/// <summary>How far a conversion is.</summary>
/// <param name="Completed">Tensors that were written, from 0.</param>
/// <param name="Total">Tensors that will be.</param>
/// <param name="Tensor">The one at work, or <see langword="null"/> at the end.</param>
public readonly record struct ConversionProgress(int Completed, int Total, string? Tensor);
