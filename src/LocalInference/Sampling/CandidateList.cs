using System.Numerics;
using System.Runtime.Intrinsics;

namespace LocalInference;

/// <summary>
/// The tokens that truncating samplers have left, with the operations that llama.cpp's samplers are made of (v0.5.0,
/// src/llama-sampler.cpp). The engine's memory, filled anew for each token; it holds the whole vocabulary at most.
/// </summary>
internal sealed class CandidateList
{
    // llama.cpp's partial sort: up to 128 by a heap, more by buckets of 10/64 between -10 and 10 and beyond.
    private const int HeapLimit = 128;
    private const int Buckets = 128;
    private const float BucketScale = 6.4f;
    private const float BucketOffset = 64;

    private readonly Candidate[] _items;
    private readonly Candidate[] _sorted;
    private readonly byte[] _bucketOf;
    private readonly float[] _probabilities;
    private readonly int[] _histogram = new int[Buckets];
    private readonly int[] _places = new int[Buckets];
    private int _first;
    private float _largest;
    private float _sum;

    public CandidateList(int vocabularySize)
    {
        _items = GC.AllocateUninitializedArray<Candidate>(vocabularySize);
        _sorted = GC.AllocateUninitializedArray<Candidate>(vocabularySize);
        _bucketOf = GC.AllocateUninitializedArray<byte>(vocabularySize);
        _probabilities = GC.AllocateUninitializedArray<float>(vocabularySize);
    }

    public int Count { get; private set; }

    /// <summary>Whether they are known to be in order of falling logits. Samplers behave differently if they are not.</summary>
    public bool IsSorted { get; set; }

    public Span<Candidate> Items => _items.AsSpan(_first, Count);

    /// <summary>A number for each candidate, left by <see cref="Softmax"/>.</summary>
    public Span<float> Probabilities => _probabilities.AsSpan(0, Count);

    /// <summary>Memory for as many candidates, for those who put them in a new order.</summary>
    public Span<Candidate> Spare => _sorted.AsSpan(0, Count);

    /// <summary>Empties the list.</summary>
    public void Clear()
    {
        _first = 0;
        Count = 0;
        IsSorted = false;
    }

    /// <summary>Takes the whole vocabulary.</summary>
    public void TakeAll(ReadOnlySpan<float> logits)
    {
        Clear();
        Count = logits.Length;
        Span<Candidate> items = Items;
        for (int i = 0; i < logits.Length; i++)
        {
            items[i] = new Candidate(logits[i], i);
        }
    }

    /// <summary>Adds the tokens whose logits are at least <paramref name="low"/> and less than <paramref name="high"/>, in order of their ids.</summary>
    public void AddBetween(ReadOnlySpan<float> logits, float low, float high)
    {
        Candidate[] items = _items;
        int count = _first + Count;
        Vector256<float> lows = Vector256.Create(low);
        Vector256<float> highs = Vector256.Create(high);
        int i = 0;
        for (; i <= logits.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> values = Vector256.Create(logits[i..]);
            uint within = (Vector256.GreaterThanOrEqual(values, lows) & Vector256.LessThan(values, highs)).ExtractMostSignificantBits();
            for (; within != 0; within &= within - 1)
            {
                int token = i + BitOperations.TrailingZeroCount(within);
                items[count++] = new Candidate(logits[token], token);
            }
        }

        for (; i < logits.Length; i++)
        {
            if (logits[i] >= low && logits[i] < high)
            {
                items[count++] = new Candidate(logits[i], i);
            }
        }

        Count = count - _first;
    }

    /// <summary>
    /// Takes the best <paramref name="count"/> tokens, sorted, as <see cref="PartialSort"/> of all would by its heap. Only logits
    /// above the worst one kept are looked at one by one: some <c>count × ln(vocabulary / count)</c>.
    /// </summary>
    public void TakeBest(ReadOnlySpan<float> logits, int count)
    {
        Clear();
        Count = count;
        IsSorted = true;
        Span<Candidate> heap = Items;
        for (int i = 0; i < count; i++)
        {
            heap[i] = new Candidate(logits[i], i);
        }

        CandidateSort.MakeHeap(heap);
        int next = count;
        for (; next <= logits.Length - Vector256<float>.Count; next += Vector256<float>.Count)
        {
            uint better = Vector256.GreaterThan(Vector256.Create(logits[next..]), Vector256.Create(heap[0].Logit)).ExtractMostSignificantBits();
            for (; better != 0; better &= better - 1)
            {
                ReplaceWorst(heap, logits, next + BitOperations.TrailingZeroCount(better));
            }
        }

        for (; next < logits.Length; next++)
        {
            ReplaceWorst(heap, logits, next);
        }

        CandidateSort.SortHeap(heap);
    }

    /// <summary>Keeps the first <paramref name="count"/>.</summary>
    public void Truncate(int count) => Count = count;

    /// <summary>Drops the first <paramref name="count"/>.</summary>
    public void DropFirst(int count)
    {
        _first += count;
        Count -= count;
    }

    /// <summary>Replaces the candidates by the first of those that were put into <see cref="Spare"/>.</summary>
    public void TakeSpare(int count, bool isSorted)
    {
        _sorted.AsSpan(0, count).CopyTo(_items);
        _first = 0;
        Count = count;
        IsSorted = isSorted;
    }

    /// <summary>Keeps the best <paramref name="count"/>, sorted, equal ones in llama.cpp's order.</summary>
    public void PartialSort(int count)
    {
        if (count <= HeapLimit)
        {
            CandidateSort.PartialSort(Items, count);
            Count = count;
            IsSorted = true;
        }
        else
        {
            BucketSort(count);
            TakeSpare(count, isSorted: true);
        }
    }

    /// <summary>Puts the best <paramref name="count"/> into <see cref="Spare"/> and leaves the candidates as they are.</summary>
    public void BucketSort(int count)
    {
        Span<Candidate> items = Items;
        Array.Clear(_histogram);
        for (int i = 0; i < items.Length; i++)
        {
            int bucket = Bucket(items[i].Logit);
            _bucketOf[i] = (byte)bucket;
            _histogram[bucket]++;
        }

        int lowest = Buckets;
        for (int have = 0; have < count;)
        {
            have += _histogram[--lowest];
        }

        for (int bucket = Buckets - 1, place = 0; bucket >= lowest; bucket--)
        {
            _places[bucket] = place;
            place += _histogram[bucket];
        }

        for (int i = 0; i < items.Length; i++)
        {
            if (_bucketOf[i] >= lowest)
            {
                _sorted[_places[_bucketOf[i]]++] = items[i];
            }
        }

        for (int bucket = Buckets - 1; bucket > lowest; bucket--)
        {
            CandidateSort.Sort(_sorted.AsSpan(_places[bucket] - _histogram[bucket], _histogram[bucket]));
        }

        int start = _places[lowest] - _histogram[lowest];
        CandidateSort.PartialSort(_sorted.AsSpan(start, _histogram[lowest]), count - start);
    }

    /// <summary>Computes probabilities; the sum is rounded after each of them in turn, as llama.cpp's is.</summary>
    public void Softmax(bool sort)
    {
        if (sort && !IsSorted)
        {
            PartialSort(Count);
        }

        Span<Candidate> items = Items;
        Span<float> probabilities = Probabilities;
        _largest = Largest();
        _sum = 0;
        for (int i = 0; i < items.Length; i++)
        {
            probabilities[i] = MathF.Exp(items[i].Logit - _largest);
            _sum += probabilities[i];
        }

        for (int i = 0; i < items.Length; i++)
        {
            probabilities[i] /= _sum;
        }
    }

    /// <summary>The probability of a logit according to the last <see cref="Softmax"/>.</summary>
    public float ProbabilityOf(float logit) => MathF.Exp(logit - _largest) / _sum;

    /// <summary>The largest logit.</summary>
    public float Largest()
    {
        Span<Candidate> items = Items;
        float max = items[0].Logit;
        for (int i = 1; i < items.Length && !IsSorted; i++)
        {
            max = Math.Max(max, items[i].Logit);
        }

        return max;
    }

    /// <summary>Divides the logits.</summary>
    public void Divide(float temperature)
    {
        foreach (ref Candidate item in Items)
        {
            item = item with { Logit = item.Logit / temperature };
        }
    }

    private static void ReplaceWorst(Span<Candidate> heap, ReadOnlySpan<float> logits, int token)
    {
        if (logits[token] > heap[0].Logit)
        {
            CandidateSort.ReplaceRoot(heap, new Candidate(logits[token], token));
        }
    }

    // What does not fit an int converts as the processor likes, here as in C++.
    private static int Bucket(float logit) =>
        Math.Clamp(float.ConvertToIntegerNative<int>((BucketScale * logit) + BucketOffset), 0, Buckets - 1);
}
