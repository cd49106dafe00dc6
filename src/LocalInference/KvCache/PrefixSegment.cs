namespace LocalInference;

/// <summary>A run of tokens in the <see cref="PrefixStore"/> and their state.</summary>
/// <param name="siblings">The list that it is in.</param>
/// <param name="parent">What comes before it; its own start may lie anywhere within that.</param>
/// <param name="start">Position of its first token.</param>
/// <param name="tokens">The tokens.</param>
/// <param name="state">Their state.</param>
internal sealed class PrefixSegment(List<PrefixSegment> siblings, PrefixSegment? parent, int start, int[] tokens, SavedState state)
{
    public List<PrefixSegment> Siblings { get; } = siblings;

    public PrefixSegment? Parent { get; } = parent;

    public int Start { get; } = start;

    public int[] Tokens { get; } = tokens;

    public int End => Start + Tokens.Length;

    public SavedState State { get; } = state;

    public List<PrefixSegment> Children { get; } = [];

    /// <summary>When it was last asked for, in the store's own count.</summary>
    public long LastUsed { get; set; }
}
