namespace LocalInference.Training;

/// <summary>Neighbouring tokens of one sample within a batch; they see themselves and what comes before them in the segment.</summary>
internal readonly record struct Segment(int Start, int Length)
{
    public int End => Start + Length;
}
