namespace LocalInference.Abstractions;

/// <summary>How many tokens something takes.</summary>
/// <param name="Tokens">The number.</param>
/// <param name="IsEstimate">Whether it is estimated; otherwise it is that of the model's own vocabulary.</param>
public sealed record TokenCount(int Tokens, bool IsEstimate);
