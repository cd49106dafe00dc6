namespace LocalInference.Training;

/// <summary>Neighbouring tokens within a batch; they see themselves and what comes before them in the segment, as far as a mask lets them.</summary>
/// <param name="Start">The first token.</param>
/// <param name="Length">How many tokens.</param>
/// <param name="Mask">
/// A tensor [<paramref name="Length"/>, <paramref name="Length"/>] of what is added to scores, a row for each query: 0, or minus infinity where
/// it must not look. 0: there is none, and a token sees all before it. A pointer, as a number because records take none.
/// </param>
internal readonly record struct Segment(int Start, int Length, nint Mask = 0)
{
    public int End => Start + Length;
}
