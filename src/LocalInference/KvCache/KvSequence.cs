namespace LocalInference;

/// <summary>A native sequence id and the path of tokens whose cells it holds. Owned by the engine thread.</summary>
internal sealed class KvSequence(int id, AdapterSet adapters, KvNode root)
{
    public int Id { get; } = id;

    /// <summary>What it is computed with.</summary>
    public AdapterSet Adapters { get; } = adapters;

    /// <summary>Where its path ends; it holds that node wholly.</summary>
    public KvNode Tail { get; set; } = root;

    /// <summary>Tokens in the cache, which is also the next position.</summary>
    public int Length => Tail.End;

    /// <summary>No request uses it: it is kept for the prefix it holds, and may be evicted.</summary>
    public bool IsIdle { get; set; }

    /// <summary>When a request last used it, in the cache's own count of uses.</summary>
    public long LastUsed { get; set; }
}
