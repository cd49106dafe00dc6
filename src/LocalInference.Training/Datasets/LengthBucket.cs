namespace LocalInference.Training;

/// <summary>Samples of about the same length.</summary>
/// <param name="UpTo">The most tokens that one of them may have: a power of two.</param>
/// <param name="Samples">How many there are with more than half of that.</param>
public sealed record LengthBucket(int UpTo, int Samples);
