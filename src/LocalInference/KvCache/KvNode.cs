using System.Runtime.InteropServices;

namespace LocalInference;

/// <summary>
/// A run of tokens in the <see cref="PrefixTree"/> whose KV cells belong to the same sequences. The path from the root spells
/// a sequence. Siblings may begin with the same token: two requests that computed the same text apart hold cells of their own.
/// </summary>
internal sealed class KvNode(KvNode? parent, int start)
{
    private readonly List<int> _tokens = [];

    public KvNode? Parent { get; set; } = parent;

    /// <summary>Position of the first token.</summary>
    public int Start { get; private set; } = start;

    /// <summary>Position behind the last token.</summary>
    public int End => Start + _tokens.Count;

    public int Count => _tokens.Count;

    public List<KvNode> Children { get; } = [];

    /// <summary>The sequences that hold these cells; of a root, which has none, those that begin there.</summary>
    public SequenceSet Members;

    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    public void Append(ReadOnlySpan<int> tokens) => _tokens.AddRange(tokens);

    public void RemoveFrom(int index) => _tokens.RemoveRange(index, _tokens.Count - index);

    public void Prepend(ReadOnlySpan<int> tokens)
    {
        _tokens.InsertRange(0, tokens);
        Start -= tokens.Length;
    }

    public void RemoveBefore(int index)
    {
        _tokens.RemoveRange(0, index);
        Start += index;
    }

    /// <summary>Makes room for so many tokens in all, so that appending them allocates nothing.</summary>
    public void EnsureCapacity(int count) => _tokens.EnsureCapacity(count);
}
