namespace LocalInference.Compare;

/// <summary>One measurement of two programs in turns.</summary>
internal sealed record Contest
{
    public Contest(IEnumerable<IReadOnlyList<double>> ours, IEnumerable<IReadOnlyList<double>> theirs)
    {
        Ours = new Side([.. ours]);
        LlamaBench = new Side([.. theirs]);
        Ratios = [.. Ours.Turns.Zip(LlamaBench.Turns, static (a, b) => Statistics.Median(a) / Statistics.Median(b))];
        MedianRatio = Statistics.Median(Ratios);
    }

    public Side Ours { get; }

    public Side LlamaBench { get; }

    /// <summary>Ours over theirs, medians of neighbouring turns: drift of the machine cancels out.</summary>
    public IReadOnlyList<double> Ratios { get; }

    public double MedianRatio { get; }
}
