namespace LocalInference;

/// <summary>
/// llama.cpp's samplers over a list of candidates, with its arithmetic: the same roundings in the same order, so that the same
/// candidates are left (v0.5.0, src/llama-sampler.cpp; the papers are named at <see cref="Abstractions.SamplingOptions"/>).
/// </summary>
internal static class CandidateSamplers
{
    // From here on llama.cpp sorts only the best 256 at first, and all if they do not suffice.
    private const int LargeList = 1024;
    private const int FirstSorted = 256;

    public static void TopK(CandidateList list, int k)
    {
        k = Math.Min(k, list.Count);
        if (list.IsSorted)
        {
            list.Truncate(k);
        }
        else
        {
            list.PartialSort(k);
        }
    }

    public static void TopP(CandidateList list, float p, int minKeep)
    {
        if (p >= 1)
        {
            return;
        }

        list.Softmax(sort: false);
        if (list.IsSorted || list.Count <= LargeList)
        {
            if (!list.IsSorted)
            {
                list.PartialSort(list.Count);
            }

            list.Truncate(Nucleus(list, list.Items, p, minKeep, out _));
            return;
        }

        list.BucketSort(FirstSorted);
        int kept = Nucleus(list, list.Spare[..FirstSorted], p, minKeep, out bool covered);
        if (!covered)
        {
            list.BucketSort(list.Count);
            kept = Nucleus(list, list.Spare, p, minKeep, out _);
        }

        list.TakeSpare(kept, isSorted: true);
    }

    public static void MinP(CandidateList list, float p, int minKeep)
    {
        if (p <= 0 || list.Count == 0)
        {
            return;
        }

        if (!list.IsSorted)
        {
            float least = list.Largest() + MathF.Log(p);
            Span<Candidate> items = list.Items;
            int above = 0;
            foreach (Candidate item in items)
            {
                above += item.Logit >= least ? 1 : 0;
            }

            if (above > 0 && above >= minKeep)
            {
                int kept = 0;
                foreach (Candidate item in items)
                {
                    if (item.Logit >= least)
                    {
                        items[kept++] = item;
                    }
                }

                list.Truncate(kept);
                return;
            }

            list.PartialSort(list.Count);
        }

        list.Truncate(CountAtLeast(list.Items, list.Items[0].Logit + MathF.Log(p), minKeep));
    }

    /// <summary>
    /// Locally typical sampling. A token that cannot come adds nothing to the entropy here; in llama.cpp it makes the entropy NaN,
    /// and the choice is then among tokens in no order at all.
    /// </summary>
    public static void Typical(CandidateList list, float p, int minKeep)
    {
        if (p >= 1)
        {
            return;
        }

        list.Softmax(sort: true);
        Span<float> probabilities = list.Probabilities;
        float entropy = 0;
        foreach (float probability in probabilities)
        {
            entropy += probability > 0 ? -probability * MathF.Log(probability) : 0;
        }

        // Sorted by rising distance from the entropy, in the place of falling logits. Their old places stand for the tokens.
        Span<Candidate> order = list.Spare;
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = new Candidate(-MathF.Abs(-MathF.Log(probabilities[i]) - entropy), i);
        }

        CandidateSort.Sort(order);
        Span<Candidate> items = list.Items;
        float sum = 0;
        int kept = 0;
        while (kept < order.Length)
        {
            int place = order[kept].Id;
            order[kept++] = items[place];
            sum += probabilities[place];
            if (sum > p && kept >= minKeep)
            {
                break;
            }
        }

        list.TakeSpare(kept, isSorted: false);
    }

    /// <summary>Exclude top choices. The draw is made even if nothing is excluded then, but not for a single candidate.</summary>
    public static void Xtc(CandidateList list, float probability, float threshold, int minKeep, MersenneTwister random)
    {
        if (probability <= 0 || threshold > 0.5f || list.Count < 2 || random.NextSingle() > probability)
        {
            return;
        }

        list.Softmax(sort: true);
        int last = LastAtLeast(list.Probabilities, threshold);
        if (last > 0 && list.Count - last >= minKeep)
        {
            list.DropFirst(last);
        }
    }

    /// <summary>Divides by the temperature, or by one that follows the entropy if a range is given.</summary>
    public static void Temperature(CandidateList list, float temperature, float range, float exponent)
    {
        if (range > 0)
        {
            if (list.Count <= 1)
            {
                return;
            }

            list.Softmax(sort: true);
            float entropy = 0;
            foreach (float probability in list.Probabilities)
            {
                entropy -= probability > 0 ? probability * MathF.Log(probability) : 0;
            }

            temperature = DynamicTemperature.Of(entropy, list.Count, temperature, range, exponent);
        }

        if (temperature <= 0)
        {
            KeepLargest(list);
        }
        else
        {
            list.Divide(temperature);
        }
    }

    /// <summary>Draws one by their probabilities. One number is drawn even if there is nothing to choose.</summary>
    public static int Draw(CandidateList list, MersenneTwister random)
    {
        Span<Candidate> items = list.Items;
        double chance = random.NextDouble();
        if (items.Length == 1)
        {
            return items[0].Id;
        }

        Span<float> weights = list.Probabilities;
        float max = list.Largest();
        double sum = 0;
        for (int i = 0; i < items.Length; i++)
        {
            weights[i] = MathF.Exp(items[i].Logit - max);
            sum += weights[i];
        }

        double target = sum * chance;
        double running = 0;
        for (int i = 0; i < items.Length; i++)
        {
            running += weights[i];
            if (running >= target)
            {
                return items[i].Id;
            }
        }

        return items[^1].Id;
    }

    /// <summary>How many of a sorted list lie at or above a logit, at least <paramref name="minKeep"/> and one.</summary>
    public static int CountAtLeast(ReadOnlySpan<Candidate> items, float least, int minKeep)
    {
        int kept = 1;
        while (kept < items.Length && (items[kept].Logit >= least || kept < minKeep))
        {
            kept++;
        }

        return kept;
    }

    /// <summary>The last of the leading probabilities that reach a threshold; 0 also if none does.</summary>
    public static int LastAtLeast(ReadOnlySpan<float> probabilities, float threshold)
    {
        int count = 0;
        while (count < probabilities.Length && probabilities[count] >= threshold)
        {
            count++;
        }

        return Math.Max(0, count - 1);
    }

    // At temperature 0 llama.cpp leaves the first of the largest and gives the others no chance.
    private static void KeepLargest(CandidateList list)
    {
        Span<Candidate> items = list.Items;
        int best = 0;
        for (int i = 1; i < items.Length; i++)
        {
            best = items[i].Logit > items[best].Logit ? i : best;
        }

        for (int i = 0; i < items.Length; i++)
        {
            items[i] = i == best ? items[i] : items[i] with { Logit = float.NegativeInfinity };
        }
    }

    private static int Nucleus(CandidateList list, ReadOnlySpan<Candidate> sorted, float p, int minKeep, out bool covered)
    {
        covered = true;
        float sum = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            sum += list.ProbabilityOf(sorted[i].Logit);
            if (sum >= p && i + 1 >= minKeep)
            {
                return i + 1;
            }
        }

        covered = false;
        return sorted.Length;
    }
}
