namespace LocalInference;

/// <summary>
/// A row of logits from the largest down, sorted only as far as somebody looks: in bands of logits, each a pass over the row and
/// a sort of what lies in the band. What it holds is in the list of candidates, which is in use meanwhile.
/// </summary>
internal sealed class DescendingLogits(CandidateList list)
{
    private int _band;
    private float _largest;
    private float _reached;

    // How far below the largest logit the bands end. A token 17 below has 4e-8 of its chance, and one 110 below none in a float.
    private static ReadOnlySpan<float> Bands => [1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20, 24, 32, 48, 110, float.PositiveInfinity];

    /// <summary>The candidates so far. Equal logits are in no particular order before <see cref="OrderTies"/>.</summary>
    public ReadOnlySpan<Candidate> Items => list.Items;

    /// <summary>Starts anew.</summary>
    public void Begin(float largest)
    {
        list.Clear();
        list.IsSorted = true;
        _largest = largest;
        _reached = float.PositiveInfinity;
        _band = 0;
    }

    /// <summary>Makes sure that there are so many candidates.</summary>
    /// <returns>False if the whole row is fewer.</returns>
    public bool Reach(ReadOnlySpan<float> logits, int count)
    {
        while (list.Count < count && _band < Bands.Length)
        {
            int before = list.Count;
            float low = _largest - Bands[_band++];
            list.AddBetween(logits, low, _reached);
            _reached = low;
            CandidateSort.Sort(list.Items[before..]);
        }

        return list.Count >= count;
    }

    /// <summary>
    /// Brings equal logits among the first <paramref name="used"/> into llama.cpp's order, which only its own sort of everything
    /// tells. Where no two are equal, which is nearly always, there is but one order.
    /// </summary>
    public void OrderTies(ReadOnlySpan<float> logits, int used)
    {
        if (HasTies(Items, used))
        {
            list.TakeAll(logits);
            list.PartialSort(logits.Length);
            _band = Bands.Length;
        }
    }

    /// <summary>Whether the first so many of a sorted list could be others, or in another order.</summary>
    public static bool HasTies(ReadOnlySpan<Candidate> items, int used)
    {
        for (int i = 1; i <= used && i < items.Length; i++)
        {
            if (items[i].Logit == items[i - 1].Logit)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The sum of e^(logit - largest) from some place on, rounded after each in falling order. It ends where adding has no effect
    /// any more, and then never has again.
    /// </summary>
    public float SumOfExponentials(ReadOnlySpan<float> logits, int start)
    {
        float sum = 0;
        for (int i = start; Reach(logits, i + 1); i++)
        {
            float before = sum;
            sum += MathF.Exp(Items[i].Logit - Items[start].Logit);
            if (sum == before)
            {
                break;
            }
        }

        return sum;
    }

    /// <summary>The entropy of the probabilities from some place on, in nats, rounded after each in falling order.</summary>
    public float Entropy(ReadOnlySpan<float> logits, int start, float sum)
    {
        float entropy = 0;
        for (int i = start; Reach(logits, i + 1); i++)
        {
            float probability = MathF.Exp(Items[i].Logit - Items[start].Logit) / sum;
            float summand = probability > 0 ? -probability * MathF.Log(probability) : 0;

            // Below 1/e summands fall with the probability; the 2 covers their own rounding.
            if (probability < 0.3f && entropy + (2 * summand) == entropy)
            {
                break;
            }

            entropy += summand;
        }

        return entropy;
    }
}
