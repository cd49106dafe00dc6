namespace LocalInference.Compare;

/// <summary>All tokens per second that one program reached in one measurement.</summary>
/// <param name="Turns">Its runs, turn by turn.</param>
internal sealed record Side(IReadOnlyList<IReadOnlyList<double>> Turns)
{
    /// <summary>Over the runs of all turns.</summary>
    public double Median { get; } = Statistics.Median(Turns.SelectMany(static turn => turn));

    /// <summary>From the lowest run to the highest, as a share of the median.</summary>
    public double Spread { get; } = Statistics.Spread([.. Turns.SelectMany(static turn => turn)]);
}
