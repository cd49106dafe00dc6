namespace LocalInference;

/// <summary>How far a conversion is.</summary>
/// <param name="Completed">Tensors that were written, or pieces of text that were computed, from 0.</param>
/// <param name="Total">How many there will be.</param>
/// <param name="Tensor">The one at work, or <see langword="null"/> at the end and with texts.</param>
public readonly record struct ConversionProgress(int Completed, int Total, string? Tensor);
