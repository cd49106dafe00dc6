namespace LocalInference.Training;

/// <summary>Which samples of a batch share a segment of attention.</summary>
internal static class SampleGroups
{
    // Scores and mask cost the square of the group, and operations of a few tokens each take longer to begin than to compute.
    private const int MostTokens = 256;

    /// <summary>How many neighbours each group takes: as many as stay together below some hundred tokens, and at least one.</summary>
    public static IReadOnlyList<int> Of(IReadOnlyList<int> lengths)
    {
        List<int> counts = [];
        int tokens = MostTokens;
        foreach (int length in lengths)
        {
            if (tokens + length > MostTokens)
            {
                counts.Add(0);
                tokens = 0;
            }

            counts[^1]++;
            tokens += length;
        }

        return counts;
    }

    /// <summary>The lengths of the groups of samples, each with how many samples it has.</summary>
    public static IEnumerable<(int Length, int Samples)> Lengths(IReadOnlyList<int> lengths)
    {
        int first = 0;
        foreach (int count in Of(lengths))
        {
            yield return (lengths.Skip(first).Take(count).Sum(), count);
            first += count;
        }
    }
}
