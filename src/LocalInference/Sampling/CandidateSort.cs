namespace LocalInference;

/// <summary>
/// Sorts candidates by falling logit with the same exchanges as the C++ library that llama.cpp is built with (libstdc++'s
/// <c>std::sort</c>: introsort down to 16 elements, then one insertion sort; <c>std::partial_sort</c>: a heap of the best). Neither
/// is stable, so that equal logits come out in llama.cpp's order only if every exchange is made as there.
/// </summary>
internal static class CandidateSort
{
    private const int InsertionSortLength = 16;

    /// <summary>Sorts all.</summary>
    public static void Sort(Span<Candidate> c)
    {
        if (c.Length < 2)
        {
            return;
        }

        Introsort(c, 2 * int.Log2(c.Length));
        int head = Math.Min(c.Length, InsertionSortLength);
        for (int i = 1; i < head; i++)
        {
            if (Before(c[i], c[0]))
            {
                Candidate first = c[i];
                c[..i].CopyTo(c[1..]);
                c[0] = first;
            }
            else
            {
                Insert(c, i);
            }
        }

        for (int i = head; i < c.Length; i++)
        {
            Insert(c, i);
        }
    }

    /// <summary>Puts the best <paramref name="count"/> first, sorted; the order of the others is unspecified.</summary>
    public static void PartialSort(Span<Candidate> c, int count)
    {
        Span<Candidate> heap = c[..count];
        MakeHeap(heap);
        for (int i = count; i < c.Length && count > 0; i++)
        {
            if (Before(c[i], heap[0]))
            {
                Candidate better = c[i];
                c[i] = heap[0];
                Sift(heap, 0, better);
            }
        }

        SortHeap(heap);
    }

    /// <summary>Makes a heap with the worst candidate at the root.</summary>
    public static void MakeHeap(Span<Candidate> heap)
    {
        for (int parent = (heap.Length - 2) / 2; heap.Length > 1 && parent >= 0; parent--)
        {
            Sift(heap, parent, heap[parent]);
        }
    }

    /// <summary>Replaces the root of a heap.</summary>
    public static void ReplaceRoot(Span<Candidate> heap, Candidate value) => Sift(heap, 0, value);

    /// <summary>Turns a heap into a sorted list.</summary>
    public static void SortHeap(Span<Candidate> heap)
    {
        for (int last = heap.Length - 1; last > 0; last--)
        {
            Candidate value = heap[last];
            heap[last] = heap[0];
            Sift(heap[..last], 0, value);
        }
    }

    private static bool Before(Candidate a, Candidate b) => a.Logit > b.Logit;

    // Down to a leaf along the worse children, then up again to the value's place.
    private static void Sift(Span<Candidate> heap, int hole, Candidate value)
    {
        int top = hole;
        int child = hole;
        while (child < (heap.Length - 1) / 2)
        {
            child = 2 * (child + 1);
            if (Before(heap[child], heap[child - 1]))
            {
                child--;
            }

            heap[hole] = heap[child];
            hole = child;
        }

        if (heap.Length % 2 == 0 && child == (heap.Length - 2) / 2)
        {
            child = (2 * child) + 1;
            heap[hole] = heap[child];
            hole = child;
        }

        while (hole > top && Before(heap[(hole - 1) / 2], value))
        {
            heap[hole] = heap[(hole - 1) / 2];
            hole = (hole - 1) / 2;
        }

        heap[hole] = value;
    }

    private static void Introsort(Span<Candidate> c, int depth)
    {
        while (c.Length > InsertionSortLength)
        {
            if (depth-- == 0)
            {
                PartialSort(c, c.Length);
                return;
            }

            int cut = Partition(c);
            Introsort(c[cut..], depth);
            c = c[..cut];
        }
    }

    // The median of the second, the middle and the last goes first and is the pivot.
    private static int Partition(Span<Candidate> c)
    {
        int median = Median(c, 1, c.Length / 2, c.Length - 1);
        (c[0], c[median]) = (c[median], c[0]);
        Candidate pivot = c[0];
        int first = 1;
        int last = c.Length;
        while (true)
        {
            while (Before(c[first], pivot))
            {
                first++;
            }

            last--;
            while (Before(pivot, c[last]))
            {
                last--;
            }

            if (first >= last)
            {
                return first;
            }

            (c[first], c[last]) = (c[last], c[first]);
            first++;
        }
    }

    private static int Median(Span<Candidate> c, int x, int y, int z)
    {
        if (Before(c[x], c[y]))
        {
            return Before(c[y], c[z]) ? y : Before(c[x], c[z]) ? z : x;
        }

        return Before(c[x], c[z]) ? x : Before(c[y], c[z]) ? z : y;
    }

    // What is before place i is sorted, and something in front of it is no worse, so the search ends.
    private static void Insert(Span<Candidate> c, int i)
    {
        Candidate value = c[i];
        while (Before(value, c[i - 1]))
        {
            c[i] = c[i - 1];
            i--;
        }

        c[i] = value;
    }
}
