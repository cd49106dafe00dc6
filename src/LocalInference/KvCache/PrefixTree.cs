namespace LocalInference;

/// <summary>
/// A mirror of the cells of a unified KV cache: a radix tree over token ids, whose nodes say which sequences hold them. It
/// answers which sequence holds the longest start of a prompt, and how many cells are in use, neither of which llama.cpp tells.
/// What was computed with other adapters has other keys and values: each set of adapters has a root of its own.
/// Owned by the engine thread; appending allocates nothing once <see cref="Reserve"/> made room.
/// <code>
///            root
///             │ "You are a helpful …"   {1, 2, 3}
///      ┌──────┴───────┐
///   "Hi" {1}      "Write a "  {2, 3}
///                ┌────┴────┐
///            "poem" {2}  "song" {3}
/// </code>
/// </summary>
internal sealed class PrefixTree
{
    private readonly Dictionary<AdapterSet, KvNode> _roots = [];

    /// <summary>Cells that any sequence holds.</summary>
    public int CellCount { get; private set; }

    /// <summary>Where sequences begin that are computed with these adapters.</summary>
    public KvNode RootOf(AdapterSet adapters)
    {
        if (!_roots.TryGetValue(adapters, out KvNode? root))
        {
            // Those that nobody can ask for any more, and whose last sequence is gone: one that is empty yet may grow.
            foreach (AdapterSet retired in _roots.Keys.Where(a => a.IsRetired && _roots[a].Members.IsEmpty).ToArray())
            {
                _roots.Remove(retired);
            }

            root = new KvNode(null, 0);
            _roots.Add(adapters, root);
        }

        return root;
    }

    /// <summary>The longest start of these tokens that some sequence holds, and the node where it ends.</summary>
    public (KvNode Node, int Length) Match(AdapterSet adapters, ReadOnlySpan<int> tokens) =>
        _roots.TryGetValue(adapters, out KvNode? root) ? Match(root, tokens) : default;

    /// <summary>Lets an empty sequence hold the first cells of the path that leads to a node.</summary>
    /// <param name="sequence">A sequence of length 0.</param>
    /// <param name="node">The node where the cells end.</param>
    /// <param name="length">How many; within the node.</param>
    public static void Share(KvSequence sequence, KvNode node, int length)
    {
        if (length == 0)
        {
            return;
        }

        if (length < node.End)
        {
            node = Split(node, length - node.Start);
        }

        sequence.Tail = node;
        for (KvNode? n = node; n!.Parent is not null; n = n.Parent)
        {
            n.Members.Add(sequence.Id);
        }
    }

    /// <summary>Makes the end of a sequence its own and gives it room, so that so many tokens can be appended without allocating.</summary>
    public static void Reserve(KvSequence sequence, int tokens)
    {
        KvNode tail = OwnTail(sequence);
        tail.EnsureCapacity(tail.Count + tokens);
    }

    /// <summary>Adds tokens whose cells the sequence alone holds.</summary>
    public void Append(KvSequence sequence, ReadOnlySpan<int> tokens)
    {
        if (!tokens.IsEmpty)
        {
            OwnTail(sequence).Append(tokens);
            CellCount += tokens.Length;
        }
    }

    /// <summary>Lets a sequence give up its cells from a position on.</summary>
    public void Truncate(KvSequence sequence, int length)
    {
        KvNode tail = sequence.Tail;
        while (tail.Parent is not null && tail.Start >= length)
        {
            KvNode parent = tail.Parent;
            Leave(tail, sequence.Id);
            tail = parent;
        }

        if (tail.End > length)
        {
            if (tail.Members.Count == 1)
            {
                // Its own, and so without children: they would be members' tails.
                CellCount -= tail.End - length;
                tail.RemoveFrom(length - tail.Start);
            }
            else
            {
                KvNode upper = Split(tail, length - tail.Start);
                Leave(tail, sequence.Id);
                tail = upper;
            }
        }

        sequence.Tail = tail;
    }

    /// <summary>Lets a sequence give up all its cells, and its place.</summary>
    public void Remove(KvSequence sequence)
    {
        Truncate(sequence, 0);
        sequence.Tail.Members.Remove(sequence.Id);
    }

    /// <summary>Cells that nobody but this sequence holds: what evicting it would free.</summary>
    public static int OwnCells(KvSequence sequence)
    {
        KvNode node = sequence.Tail;
        while (node.Parent is not null && node.Members.Count == 1)
        {
            node = node.Parent;
        }

        return sequence.Length - node.End;
    }

    /// <summary>Cells that are held by sequences of this set alone.</summary>
    public int CellsHeldOnlyBy(in SequenceSet sequences)
    {
        int cells = 0;
        foreach (KvNode root in _roots.Values)
        {
            cells += CellsHeldOnlyBy(root, sequences);
        }

        return cells;
    }

    /// <summary>The tokens of a sequence.</summary>
    public static int[] TokensOf(KvSequence sequence)
    {
        int[] tokens = new int[sequence.Length];
        for (KvNode? node = sequence.Tail; node is not null; node = node.Parent)
        {
            node.Tokens.CopyTo(tokens.AsSpan(node.Start));
        }

        return tokens;
    }

    private static (KvNode Node, int Length) Match(KvNode node, ReadOnlySpan<int> tokens)
    {
        (KvNode Node, int Length) best = (node, node.End);
        foreach (KvNode child in node.Children)
        {
            int common = child.Tokens.CommonPrefixLength(tokens[node.End..]);
            (KvNode Node, int Length) found = common == child.Count && common > 0 ? Match(child, tokens) : (child, child.Start + common);
            if (found.Length > best.Length)
            {
                best = found;
            }
        }

        return best;
    }

    private static int CellsHeldOnlyBy(KvNode node, in SequenceSet sequences)
    {
        int cells = node.Parent is not null && node.Members.IsSubsetOf(sequences) ? node.Count : 0;
        foreach (KvNode child in node.Children)
        {
            cells += CellsHeldOnlyBy(child, sequences);
        }

        return cells;
    }

    // The node at the end of the sequence, if nobody else holds it; otherwise a new one below it.
    private static KvNode OwnTail(KvSequence sequence)
    {
        KvNode tail = sequence.Tail;
        if (tail.Parent is null || tail.Members.Count > 1)
        {
            var own = new KvNode(tail, tail.End);
            own.Members.Add(sequence.Id);
            tail.Children.Add(own);
            sequence.Tail = own;
            return own;
        }

        return tail;
    }

    // Cuts a node in two and returns the upper half. The lower one keeps its identity: sequences end there.
    private static KvNode Split(KvNode node, int count)
    {
        KvNode parent = node.Parent!;
        var lower = node;
        var upper = new KvNode(parent, node.Start);
        upper.Append(node.Tokens[..count]);
        upper.Members = node.Members;
        parent.Children[parent.Children.IndexOf(node)] = upper;
        upper.Children.Add(lower);
        lower.Parent = upper;
        lower.RemoveBefore(count);
        return upper;
    }

    private void Leave(KvNode node, int id)
    {
        node.Members.Remove(id);
        if (node.Members.IsEmpty)
        {
            node.Parent!.Children.Remove(node);
            CellCount -= node.Count;
        }
        else if (node.Children is [KvNode only] && only.Members.SetEquals(node.Members))
        {
            Join(node, only);
        }
    }

    // Undoes a split that no longer tells sequences apart. The lower half keeps its identity, as in Split; nobody ends in the
    // upper one, or it would have a member more.
    private static void Join(KvNode upper, KvNode lower)
    {
        lower.Prepend(upper.Tokens);
        lower.Parent = upper.Parent;
        List<KvNode> siblings = upper.Parent!.Children;
        siblings[siblings.IndexOf(upper)] = lower;
    }
}
