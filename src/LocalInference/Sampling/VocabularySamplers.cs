using System.Numerics;
using System.Runtime.Intrinsics;

namespace LocalInference;

/// <summary>
/// The samplers of <see cref="CandidateSamplers"/> for the first one of a chain, which meets the whole vocabulary: they find what
/// is left in passes over the row and never sort all of it, and leave exactly the candidates that llama.cpp's leave. The one
/// exception are equal logits among those that are left: their order then is that of llama.cpp's sort, which is made.
/// The engine's memory; used for one row at a time.
/// <code>
///            TopNSigma            Typical, TopK, TopP, MinP              Draw
///   row ───────────────▶ row ───────────────────────────────▶ list
///                         │ Xtc, dynamic Temperature                      Draw
///                         └──────────▶ row from the largest down ──────────────▶ token
/// </code>
/// </summary>
internal sealed class VocabularySamplers(CandidateList list, DescendingLogits descending, float[] scratch)
{
    // Up to this k llama.cpp keeps the best in a heap, which has the same order here.
    private const int HeapLimit = 128;

    // Where nearly all are kept, a heap costs more than sorting buckets.
    private const int LargeK = 4096;

    private bool _isDescending;
    private int _dropped;
    private float _temperature;

    /// <summary>Starts with a row.</summary>
    public void Begin()
    {
        _isDescending = false;
        _dropped = 0;
        _temperature = 1;
    }

    public void TopK(ReadOnlySpan<float> logits, int k)
    {
        k = Math.Min(k, logits.Length);
        if (k <= LargeK)
        {
            list.TakeBest(logits, k);
        }

        if (k > LargeK || (k > HeapLimit && (DescendingLogits.HasTies(list.Items, k) || CountAtLeast(logits, list.Items[^1].Logit) > k)))
        {
            list.TakeAll(logits);
            list.PartialSort(k);
        }
    }

    public void TopP(ReadOnlySpan<float> logits, float largest, float p, int minKeep)
    {
        Exponentials.Of(logits, largest, 1, scratch);
        float sum = Exponentials.SumInTurn(scratch.AsSpan(0, logits.Length));
        descending.Begin(largest);
        float covered = 0;
        int kept = 0;
        while (descending.Reach(logits, kept + 1))
        {
            covered += MathF.Exp(descending.Items[kept++].Logit - largest) / sum;
            if (covered >= p && kept >= minKeep)
            {
                break;
            }
        }

        if (DescendingLogits.HasTies(list.Items, kept))
        {
            list.TakeAll(logits);
            CandidateSamplers.TopP(list, p, minKeep);
        }
        else
        {
            list.Truncate(kept);
        }
    }

    public void MinP(ReadOnlySpan<float> logits, float largest, float p, int minKeep)
    {
        float least = largest + MathF.Log(p);
        list.Clear();
        list.AddBetween(logits, least, float.PositiveInfinity);
        if (list.Count < minKeep)
        {
            descending.Begin(largest);
            descending.Reach(logits, Math.Min(minKeep, logits.Length));
            int kept = CandidateSamplers.CountAtLeast(list.Items, least, minKeep);
            descending.OrderTies(logits, kept);
            list.Truncate(kept);
        }
    }

    public void Typical(ReadOnlySpan<float> logits, float largest, float p, int minKeep)
    {
        descending.Begin(largest);
        float sum = descending.SumOfExponentials(logits, 0);
        float entropy = descending.Entropy(logits, 0, sum);
        int kept = new TypicalOrder(descending, list, logits, sum, entropy).Select(p, minKeep);
        if (kept == 0)
        {
            list.Clear();
            list.AddBetween(logits, float.MinValue, float.PositiveInfinity);
            if (list.Count == 0)
            {
                list.TakeAll(logits);
            }

            CandidateSamplers.Typical(list, p, minKeep);
        }
        else
        {
            list.TakeSpare(kept, isSorted: false);
        }
    }

    public void Xtc(ReadOnlySpan<float> logits, float largest, float probability, float threshold, int minKeep, MersenneTwister random)
    {
        if (threshold > 0.5f || random.NextSingle() > probability)
        {
            return;
        }

        BeginDescending(largest);
        float sum = descending.SumOfExponentials(logits, 0);
        int last = 0;
        while (descending.Reach(logits, last + 2) && MathF.Exp(descending.Items[last + 1].Logit - largest) / sum >= threshold)
        {
            last++;
        }

        _dropped = logits.Length - last >= minKeep ? last : 0;
    }

    public void Temperature(ReadOnlySpan<float> logits, float largest, float temperature, float range, float exponent)
    {
        _temperature = temperature;
        if (range > 0)
        {
            if (!_isDescending)
            {
                BeginDescending(largest);
            }

            float sum = descending.SumOfExponentials(logits, _dropped);
            float entropy = descending.Entropy(logits, _dropped, sum);
            _temperature = DynamicTemperature.Of(entropy, logits.Length - _dropped, temperature, range, exponent);
        }
    }

    /// <summary>Draws a token by the probabilities of those that are left.</summary>
    public int Draw(ReadOnlySpan<float> logits, float largest, MersenneTwister random)
    {
        double chance = random.NextDouble();
        if (_isDescending)
        {
            return DrawDescending(logits, chance);
        }

        Span<float> weights = scratch.AsSpan(0, logits.Length);
        Exponentials.Of(logits, largest, _temperature, weights);
        double target = Exponentials.Sum(weights) * chance;
        return Exponentials.IndexOfSum(weights, target);
    }

    private int DrawDescending(ReadOnlySpan<float> logits, double chance)
    {
        descending.Reach(logits, _dropped + 1);
        int chosen = _dropped;
        if (_temperature > 0)
        {
            float largest = descending.Items[_dropped].Logit;
            Span<float> weights = scratch.AsSpan(0, logits.Length);
            Exponentials.Of(logits, largest, _temperature, weights);
            foreach (Candidate dropped in descending.Items[.._dropped])
            {
                weights[dropped.Id] = 0;
            }

            double target = Exponentials.Sum(weights) * chance;
            float shift = largest / _temperature;
            double running = 0;
            while (descending.Reach(logits, chosen + 1))
            {
                running += MathF.Exp((descending.Items[chosen].Logit / _temperature) - shift);
                if (running >= target)
                {
                    break;
                }

                chosen++;
            }

            chosen = Math.Min(chosen, logits.Length - 1);
        }

        descending.OrderTies(logits, chosen + 1);
        return descending.Items[chosen].Id;
    }

    private void BeginDescending(float largest)
    {
        _isDescending = true;
        descending.Begin(largest);
    }

    private static int CountAtLeast(ReadOnlySpan<float> logits, float least)
    {
        int count = 0;
        int i = 0;
        Vector256<float> leasts = Vector256.Create(least);
        for (; i <= logits.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            count += BitOperations.PopCount(Vector256.GreaterThanOrEqual(Vector256.Create(logits[i..]), leasts).ExtractMostSignificantBits());
        }

        for (; i < logits.Length; i++)
        {
            count += logits[i] >= least ? 1 : 0;
        }

        return count;
    }
}
