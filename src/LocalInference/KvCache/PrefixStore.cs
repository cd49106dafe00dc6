namespace LocalInference;

/// <summary>
/// Prefixes that are not in the KV cache: in host memory, and in files when that is full. A tree of segments; each continues
/// its parent, from any position within it, so that what conversations have in common is stored once. Within its budgets it
/// gives up, leaf by leaf, what is both old and large. Owned by the engine thread.
/// </summary>
/// <param name="budget">How much it may hold, and where.</param>
/// <param name="wholeOnly">A recurrent state belongs to one position: a segment is of use as a whole, and continues none.</param>
internal sealed class PrefixStore(PrefixBudget budget, bool wholeOnly) : IDisposable
{
    // Fewer are computed as fast as they are brought back.
    private const int FewestTokens = 16;

    private readonly Dictionary<AdapterSet, List<PrefixSegment>> _roots = [];
    private readonly HashSet<PrefixSegment> _all = [];
    private long _uses;

    /// <summary>Bytes of states in host memory.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Bytes of states in files.</summary>
    public long DiskBytes { get; private set; }

    public bool IsEnabled => budget.MemoryBytes > 0;

    /// <summary>Whether so few tokens are not worth being stored or brought back.</summary>
    public static bool IsTooShort(int tokens) => tokens < FewestTokens;

    /// <summary>The longest start of these tokens that is stored, and the segment where it ends.</summary>
    public (PrefixSegment? Segment, int Length) Match(AdapterSet adapters, ReadOnlySpan<int> tokens) =>
        _roots.TryGetValue(adapters, out List<PrefixSegment>? roots) ? Match(roots, tokens) : default;

    /// <summary>The segments that lead to one, itself the last; they count as used.</summary>
    public List<PrefixSegment> PathTo(PrefixSegment? segment)
    {
        List<PrefixSegment> path = [];
        long now = ++_uses;
        for (; segment is not null; segment = segment.Parent)
        {
            segment.LastUsed = now;
            path.Add(segment);
        }

        path.Reverse();
        return path;
    }

    /// <summary>Stores what follows a stored start.</summary>
    /// <param name="adapters">What they were computed with.</param>
    /// <param name="parent">Where the stored start ends.</param>
    /// <param name="start">Its length.</param>
    /// <param name="tokens">What follows.</param>
    /// <param name="copy">Copies their state, if it is no larger than it is told.</param>
    public void Add(AdapterSet adapters, PrefixSegment? parent, int start, ReadOnlySpan<int> tokens, Func<long, SavedState?> copy)
    {
        // Used now: the path is the last to be given up for it.
        PathTo(parent);
        if (copy(budget.MemoryBytes) is not { } state)
        {
            return;
        }

        List<PrefixSegment>? siblings = parent?.Children;
        if (siblings is null && !_roots.TryGetValue(adapters, out siblings))
        {
            DropRetired();
            _roots.Add(adapters, siblings = []);
        }

        var segment = new PrefixSegment(siblings, parent, start, tokens.ToArray(), state) { LastUsed = _uses };
        siblings.Add(segment);
        _all.Add(segment);
        MemoryBytes += state.Size;
        ShrinkMemory(segment);
    }

    /// <summary>Forgets a segment and what continues it.</summary>
    public void Remove(PrefixSegment segment)
    {
        while (segment.Children.Count > 0)
        {
            Remove(segment.Children[^1]);
        }

        segment.Siblings.Remove(segment);
        _all.Remove(segment);
        Count(segment.State, -1);
        segment.State.Dispose();
    }

    public void Dispose()
    {
        foreach (PrefixSegment segment in _all)
        {
            segment.State.Dispose();
        }

        _all.Clear();
        _roots.Clear();
        MemoryBytes = 0;
        DiskBytes = 0;
    }

    private (PrefixSegment? Segment, int Length) Match(List<PrefixSegment> segments, ReadOnlySpan<int> tokens)
    {
        (PrefixSegment? Segment, int Length) best = default;
        foreach (PrefixSegment segment in segments)
        {
            if (segment.Start >= tokens.Length)
            {
                continue;
            }

            int common = segment.Tokens.AsSpan().CommonPrefixLength(tokens[segment.Start..]);
            if (common == 0 || (wholeOnly && common < segment.Tokens.Length))
            {
                continue;
            }

            (PrefixSegment? Segment, int Length) found = (segment, segment.Start + common);
            if (found.Length > best.Length)
            {
                best = found;
            }

            // A child belongs to these tokens only if its parent does up to where the child begins.
            (PrefixSegment? Segment, int Length) further = Match(segment.Children.FindAll(c => c.Start <= found.Length), tokens);
            if (further.Length > best.Length)
            {
                best = further;
            }
        }

        return best;
    }

    // What nobody can ask for any more.
    private void DropRetired()
    {
        foreach ((AdapterSet adapters, List<PrefixSegment> segments) in _roots.Where(static r => r.Key.IsRetired).ToArray())
        {
            while (segments.Count > 0)
            {
                Remove(segments[^1]);
            }

            _roots.Remove(adapters);
        }
    }

    private void ShrinkMemory(PrefixSegment newest)
    {
        while (MemoryBytes > budget.MemoryBytes && Worst(onDisk: false, newest) is { } victim)
        {
            Count(victim.State, -1);
            if (budget.DiskBytes >= victim.State.Size && victim.State.TryMoveToDisk(budget.Directory))
            {
                Count(victim.State, 1);
                ShrinkDisk(victim);
            }
            else
            {
                Count(victim.State, 1);
                Remove(victim);
            }
        }

        if (MemoryBytes > budget.MemoryBytes)
        {
            Remove(newest);
        }
    }

    private void ShrinkDisk(PrefixSegment newest)
    {
        while (DiskBytes > budget.DiskBytes)
        {
            Remove(Worst(onDisk: true, newest) ?? newest);
        }
    }

    // What others continue is given up after them; a parent in memory may go to disk after its children did.
    private PrefixSegment? Worst(bool onDisk, PrefixSegment except)
    {
        PrefixSegment? worst = null;
        double worstScore = -1;
        foreach (PrefixSegment segment in _all)
        {
            if (segment != except && segment.State.IsOnDisk == onDisk && !segment.Children.Exists(c => onDisk || !c.State.IsOnDisk))
            {
                double score = (double)(_uses - segment.LastUsed + 1) * segment.State.Size;
                if (score > worstScore)
                {
                    (worst, worstScore) = (segment, score);
                }
            }
        }

        return worst;
    }

    private void Count(SavedState state, int sign)
    {
        if (state.IsOnDisk)
        {
            DiskBytes += sign * state.Size;
        }
        else
        {
            MemoryBytes += sign * state.Size;
        }
    }
}
