namespace LocalInference;

/// <summary>How far a load is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
public readonly record struct ModelLoadProgress(float Fraction);
