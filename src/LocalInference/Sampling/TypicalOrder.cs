namespace LocalInference;

/// <summary>
/// Candidates by rising distance of their surprise from the entropy. From the largest logit down surprise only rises, so the next
/// one is always the neighbour of those taken, on one side or the other.
/// </summary>
internal readonly ref struct TypicalOrder(DescendingLogits descending, CandidateList list, ReadOnlySpan<float> logits, float sum, float entropy)
{
    private readonly ReadOnlySpan<float> _logits = logits;

    /// <summary>Puts the most typical candidates that have the probability <paramref name="p"/> together into the list's spare memory.</summary>
    /// <returns>How many; 0 if distances are equal, so that only llama.cpp's own sort tells which comes first.</returns>
    public int Select(float p, int minKeep)
    {
        int right = 0;
        while (descending.Reach(_logits, right + 1) && Surprise(right) < entropy)
        {
            right++;
        }

        int left = right - 1;
        float covered = 0;
        float last = -1;
        int kept = 0;
        while (true)
        {
            float toLeft = left >= 0 ? Distance(left) : float.PositiveInfinity;
            float toRight = descending.Reach(_logits, right + 1) ? Distance(right) : float.PositiveInfinity;
            float nearest = Math.Min(toLeft, toRight);
            if (toLeft == toRight || nearest <= last)
            {
                return 0;
            }

            if (covered > p && kept >= minKeep)
            {
                return kept;
            }

            last = nearest;
            int next = toLeft < toRight ? left-- : right++;
            list.Spare[kept++] = list.Items[next];
            covered += Probability(next);
        }
    }

    private float Probability(int place) => MathF.Exp(list.Items[place].Logit - list.Items[0].Logit) / sum;

    private float Surprise(int place) => -MathF.Log(Probability(place));

    private float Distance(int place) => MathF.Abs(Surprise(place) - entropy);
}
