using System.Runtime.InteropServices;
using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// A vocabulary by the bytes of its tokens, so that a grammar refuses all tokens with the same beginning at once. The nodes are in
/// the order of a walk: the children of a node follow it, up to its end. Immutable.
/// </summary>
internal sealed class TokenTrie
{
    private readonly TokenTexts _pieces;
    private readonly int[] _ends;
    private readonly int[] _sorted;
    private readonly List<Node> _nodes = [];

    /// <param name="pieces">The bytes of each token.</param>
    /// <param name="endTokens">The tokens that end a generation, which a grammar allows where it is complete.</param>
    public TokenTrie(TokenTexts pieces, int[] endTokens)
    {
        _pieces = pieces;
        _ends = endTokens;

        // As in llama.cpp: a token without text is allowed nowhere, and so is one that begins with NUL.
        _sorted = [.. Enumerable.Range(0, pieces.Count).Where(token => pieces[token] is [not 0, ..]).Except(endTokens)];
        Array.Sort(_sorted, (a, b) => pieces[a].SequenceCompareTo(pieces[b]));
        Build();
    }

    /// <summary>Tokens in the vocabulary.</summary>
    public int TokenCount => _pieces.Count;

    /// <summary>The longest way from the root.</summary>
    public int Depth { get; private set; }

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> Piece(int token) => _pieces[token];

    /// <summary>Whether a token ends a generation.</summary>
    public bool IsEnd(int token) => Array.IndexOf(_ends, token) >= 0;

    /// <summary>Sets the bit of each token that a grammar allows at a place.</summary>
    /// <param name="automaton">The grammar.</param>
    /// <param name="from">The place.</param>
    /// <param name="path">Scratch memory of one more than <see cref="Depth"/>.</param>
    /// <param name="mask">A bit for each token; all 0.</param>
    public void Mark(GbnfAutomaton automaton, GbnfCursor from, Span<GbnfCursor> path, Span<ulong> mask)
    {
        path[0] = from;
        ReadOnlySpan<Node> nodes = CollectionsMarshal.AsSpan(_nodes);
        int i = 0;
        while (i < nodes.Length - 1)
        {
            Node node = nodes[i];
            GbnfCursor cursor = automaton.Follow(path[node.Depth - 1], node.Value);
            if (cursor.IsRefused)
            {
                i = node.End;
                continue;
            }

            path[node.Depth] = cursor;
            i++;
            foreach (int token in _sorted.AsSpan(node.Tokens, nodes[i].Tokens - node.Tokens))
            {
                mask[token >> 6] |= 1UL << token;
            }
        }

        MarkNamed(automaton, from, mask);
        if (automaton.IsComplete(from))
        {
            foreach (int token in _ends)
            {
                mask[token >> 6] |= 1UL << token;
            }
        }
    }

    // Where tokens can follow as themselves, their bytes do not tell.
    private void MarkNamed(GbnfAutomaton automaton, GbnfCursor from, Span<ulong> mask)
    {
        if (automaton.NamesTokens(from))
        {
            foreach (int token in _sorted)
            {
                if (automaton.NamesToken(from, token))
                {
                    mask[token >> 6] |= 1UL << token;
                }
            }
        }
    }

    private void Build()
    {
        ReadOnlySpan<byte> before = [];
        var open = new Stack<int>();
        for (int i = 0; i < _sorted.Length; i++)
        {
            ReadOnlySpan<byte> piece = _pieces[_sorted[i]];
            int common = piece.CommonPrefixLength(before);
            Close(open, common);
            for (int depth = common; depth < piece.Length; depth++)
            {
                open.Push(_nodes.Count);
                _nodes.Add(new Node { Value = piece[depth], Depth = (ushort)(depth + 1), Tokens = i });
            }

            Depth = Math.Max(Depth, piece.Length);
            before = piece;
        }

        Close(open, 0);
        _nodes.Add(new Node { Tokens = _sorted.Length });
    }

    private void Close(Stack<int> open, int depth)
    {
        while (open.Count > depth)
        {
            int node = open.Pop();
            _nodes[node] = _nodes[node] with { End = _nodes.Count };
        }
    }

    // Tokens: where those that end here begin among the sorted ones; they end where the next node's begin.
    private readonly record struct Node
    {
        public int End { get; init; }

        public int Tokens { get; init; }

        public ushort Depth { get; init; }

        public byte Value { get; init; }
    }
}
