using LocalInference.Compare;

namespace LocalInference.LoadTest.Engine;

/// <summary>Decode speed at one number of sequences, tokens per second in all, by round.</summary>
internal sealed record DecodeResult(int Sequences, string Peer, IReadOnlyList<double> Ours, IReadOnlyList<double> Theirs)
{
    /// <summary>Ours over theirs: the median of the ratios of the rounds.</summary>
    public double Ratio => Statistics.Median(Ours.Zip(Theirs, static (a, b) => a / b));
}
