namespace LocalInference.Training;

/// <summary>What preparing samples asks of them.</summary>
internal static class TrainingSampleExtensions
{
    /// <summary>Tokens that are predicted and count. Nothing comes before the first, so it is not predicted.</summary>
    public static int Learned(this TrainingSample sample) => sample.Weights.Skip(1).Count(static weight => weight > 0);

    /// <summary>The beginning of a sample.</summary>
    public static TrainingSample Cut(this TrainingSample sample, int length) => new(sample.Tokens[..length], sample.Weights[..length]);
}
