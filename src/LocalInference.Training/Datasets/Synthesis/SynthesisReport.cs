namespace LocalInference.Training;

/// <summary>How far a synthesis is, together with the runs that it goes on from.</summary>
/// <param name="Total">Samples that were asked for: seeds times samples of each.</param>
/// <param name="Made">Samples that are in the output.</param>
/// <param name="Refused">Samples that the judge scored too low.</param>
/// <param name="Duplicates">Samples that said the same, or nearly so, as one that is in the output.</param>
/// <param name="Failed">Answers that were no samples: cut, empty, or not of the schema. Another run asks for them again.</param>
/// <param name="Resumed">How many of the samples an earlier run settled, so that nobody was asked again.</param>
public sealed record SynthesisReport(int Total, int Made, int Refused, int Duplicates, int Failed, int Resumed)
{
    /// <summary>How many of <see cref="Total"/> are settled.</summary>
    public int Completed => Made + Refused + Duplicates + Failed;

    internal SynthesisReport With(SynthesisOutcome outcome) => outcome switch
    {
        SynthesisOutcome.Made => this with { Made = Made + 1 },
        SynthesisOutcome.Refused => this with { Refused = Refused + 1 },
        SynthesisOutcome.Duplicate => this with { Duplicates = Duplicates + 1 },
        _ => this with { Failed = Failed + 1 },
    };
}
