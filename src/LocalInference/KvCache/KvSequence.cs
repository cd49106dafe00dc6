namespace LocalInference;

/// <summary>A native sequence id and the path of tokens whose cells it holds. Owned by the engine thread.</summary>
internal sealed class KvSequence
{
    /// <param name="id">The native id.</param>
    /// <param name="adapters">What it is computed with.</param>
    /// <param name="root">Where it begins; it stays in the tree until <see cref="PrefixTree.Remove"/>.</param>
    public KvSequence(int id, AdapterSet adapters, KvNode root)
    {
        Id = id;
        Adapters = adapters;
        Tail = root;
        root.Members.Add(id);
    }

    public int Id { get; }

    /// <summary>What it is computed with.</summary>
    public AdapterSet Adapters { get; }

    /// <summary>Where its path ends; it holds that node wholly.</summary>
    public KvNode Tail { get; set; }

    /// <summary>Tokens in the cache, which is also the next position.</summary>
    public int Length => Tail.End;

    /// <summary>
    /// Up to where its cells lie in runs; those behind it may lie one by one between those of others. More than <see cref="Length"/> after
    /// its end was given up.
    /// </summary>
    public int Gathered { get; set; }

    /// <summary>No request uses it: it is kept for the prefix it holds, and may be evicted.</summary>
    public bool IsIdle { get; set; }

    /// <summary>When a request last used it, in the cache's own count of uses.</summary>
    public long LastUsed { get; set; }
}
