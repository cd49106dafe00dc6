namespace LocalInference.Text;

/// <summary>A set of code points, as sorted ranges that do not touch. Immutable.</summary>
internal sealed class CodePointSet
{
    private const int Largest = 0x10FFFF;

    private CodePointSet(List<(int First, int Last)> ranges) => Ranges = ranges;

    /// <summary>No code point.</summary>
    public static CodePointSet Empty { get; } = new([]);

    /// <summary>Every Unicode scalar: surrogates are halves of characters.</summary>
    public static CodePointSet All { get; } = Of((0, 0xD7FF), (0xE000, Largest));

    public IReadOnlyList<(int First, int Last)> Ranges { get; }

    public bool IsEmpty => Ranges.Count == 0;

    /// <summary>The only code point of the set; <see langword="null"/>: it has none, or several.</summary>
    public int? Single => Ranges is [(int first, int last)] && first == last ? first : null;

    public static CodePointSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach ((int first, int last) in ranges.OrderBy(r => r.First))
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return new CodePointSet(merged);
    }

    public static CodePointSet Of(params ReadOnlySpan<char> characters)
    {
        var ranges = new List<(int, int)>();
        foreach (char c in characters)
        {
            ranges.Add((c, c));
        }

        return Of(ranges);
    }

    public CodePointSet Union(CodePointSet other) => Of(Ranges.Concat(other.Ranges));

    public CodePointSet Except(CodePointSet other)
    {
        var rest = new List<(int First, int Last)>();
        int next = 0;
        foreach ((int first, int last) in Ranges)
        {
            int from = first;
            while (next < other.Ranges.Count && other.Ranges[next].Last < from)
            {
                next++;
            }

            for (int i = next; i < other.Ranges.Count && other.Ranges[i].First <= last; i++)
            {
                if (other.Ranges[i].First > from)
                {
                    rest.Add((from, other.Ranges[i].First - 1));
                }

                from = other.Ranges[i].Last + 1;
            }

            if (from <= last)
            {
                rest.Add((from, last));
            }
        }

        return new CodePointSet(rest);
    }

    public CodePointSet Negate() => All.Except(this);

    public bool Contains(int codePoint)
    {
        foreach ((int first, int last) in Ranges)
        {
            if (codePoint <= last)
            {
                return codePoint >= first;
            }
        }

        return false;
    }
}
