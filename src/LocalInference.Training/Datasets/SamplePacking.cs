namespace LocalInference.Training;

/// <summary>Puts samples together so that little of a batch is empty. They stay apart within it: none sees another.</summary>
public static class SamplePacking
{
    /// <summary>
    /// Groups samples into as few packs as a simple rule finds: long ones first, each into the fullest pack that still takes it
    /// (best fit decreasing, which needs at most 11/9 of the fewest packs). The same samples give the same packs.
    /// </summary>
    /// <param name="samples">The samples.</param>
    /// <param name="maxTokens">The most tokens of a pack; a longer sample has one for itself.</param>
    /// <returns>The packs, ordered by the first sample of each, and the samples of each in their order.</returns>
    public static IReadOnlyList<IReadOnlyList<TrainingSample>> Pack(IReadOnlyList<TrainingSample> samples, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        var packs = new List<List<int>>();
        var room = new SortedSet<(int Tokens, int Pack)>();
        foreach (int index in Enumerable.Range(0, samples.Count).OrderByDescending(index => samples[index].Tokens.Length))
        {
            int length = samples[index].Tokens.Length;
            (int Tokens, int Pack) fullest = room.GetViewBetween((length, 0), (int.MaxValue, int.MaxValue)).Min;
            if (fullest.Tokens < length || room.Count == 0)
            {
                fullest = (maxTokens, packs.Count);
                packs.Add([]);
            }

            room.Remove(fullest);
            packs[fullest.Pack].Add(index);
            if (fullest.Tokens > length)
            {
                room.Add((fullest.Tokens - length, fullest.Pack));
            }
        }

        return [.. packs.Select(static pack => pack.Order().ToArray()).OrderBy(static pack => pack[0]).Select(pack => pack.Select(index => samples[index]).ToArray())];
    }
}
