using System.Globalization;
using System.Runtime.InteropServices;

namespace LocalInference.Text;

/// <summary>
/// Stacks of what is to come, and sets of them, by number: equal ones have the same. A stack is an element and the stack below
/// it; a set is what a text can be followed by. Set 0 is empty. Numbers are given once and for all.
/// </summary>
internal sealed class GbnfStackSets
{
    /// <summary>The empty stack: nothing is to come, the text is whole.</summary>
    public const int Bottom = 0;

    // As for GbnfMatcher.
    private const int MaxStacks = 50_000;
    private const int MaxKnown = 200_000;

    private readonly GbnfRules _rules;
    private readonly Dictionary<(int Position, int Below), int> _stacks = new(1024);
    private readonly Dictionary<int, int> _firstOfHash = new(256);
    private readonly List<(int Position, int Below)> _stackOf = new(1024);
    private readonly List<int> _seenIn = new(1024);
    private readonly List<(int Start, int Count, int SameHash)> _sets = new(256);
    private readonly List<int> _members = new(4096);
    private readonly List<int> _settled = new(64);
    private readonly Stack<int> _pending = new(64);
    private int _round;

    public GbnfStackSets(GbnfRules rules)
    {
        _rules = rules;
        _stackOf.Add((-1, -1));
        _seenIn.Add(0);
        _sets.Add((0, 0, -1));
        _firstOfHash.Add(HashOf([]), 0);
        Begin();
    }

    /// <summary>How many sets there are.</summary>
    public int Count => _sets.Count;

    /// <summary>Whether there is more than is worth keeping.</summary>
    public bool IsFull => _stackOf.Count > MaxKnown || _members.Count > 4 * MaxKnown;

    /// <summary>The stacks of a set, valid until the next one is made.</summary>
    public ReadOnlySpan<int> Members(int set)
    {
        (int start, int count, _) = _sets[set];
        return CollectionsMarshal.AsSpan(_members).Slice(start, count);
    }

    /// <summary>Where the element on top of a stack is.</summary>
    public int Position(int stack) => _stackOf[stack].Position;

    /// <summary>Whether a set has the empty stack. Members are in order, and it comes first.</summary>
    public bool HasBottom(int set) => Members(set) is [Bottom, ..];

    /// <summary>Forgets what was pushed.</summary>
    public void Begin()
    {
        _round++;
        _pending.Clear();
        _settled.Clear();
    }

    /// <summary>Pushes what comes behind the element on top of a stack.</summary>
    public void PushAfter(int stack) => _pending.Push(After(_stackOf[stack].Position + 1, _stackOf[stack].Below));

    /// <summary>Pushes the stacks of a set.</summary>
    public void PushMembers(int set)
    {
        foreach (int stack in Members(set))
        {
            _pending.Push(stack);
        }
    }

    /// <summary>Pushes the stacks of a set of other numbers.</summary>
    public void PushCopies(GbnfStackSets other, int set)
    {
        var path = new Stack<int>();
        foreach (int member in other.Members(set))
        {
            for (int stack = member; stack != Bottom; stack = other._stackOf[stack].Below)
            {
                path.Push(other._stackOf[stack].Position);
            }

            int copy = Bottom;
            while (path.TryPop(out int position))
            {
                copy = Stack(position, copy);
            }

            _pending.Push(copy);
        }
    }

    /// <summary>Pushes each alternative of a rule on top of a stack.</summary>
    public void PushAlternatives(int rule, int below)
    {
        for (int position = _rules.Starts[rule]; position >= 0; position = _rules.NextAlternative(position))
        {
            _pending.Push(After(position, below));
        }
    }

    /// <summary>Replaces rules by their alternatives until characters and tokens are on top.</summary>
    /// <returns>The set of what was pushed.</returns>
    /// <exception cref="GrammarException">There are too many.</exception>
    public int Settle()
    {
        int seen = 0;
        while (_pending.TryPop(out int stack))
        {
            if (_seenIn[stack] == _round)
            {
                continue;
            }

            _seenIn[stack] = _round;
            if (++seen > MaxStacks)
            {
                Begin();
                throw new GrammarException(string.Create(CultureInfo.InvariantCulture, $"The text can be read in more than {MaxStacks} ways at once; the grammar is too ambiguous."), "1:1");
            }

            (int position, int below) = _stackOf[stack];
            if (stack != Bottom && _rules.Elements[position] is { Kind: GbnfElementKind.Rule } element)
            {
                PushAlternatives(element.Value, After(position + 1, below));
            }
            else
            {
                _settled.Add(stack);
            }
        }

        Span<int> members = CollectionsMarshal.AsSpan(_settled);
        members.Sort();
        int set = Set(members);
        Begin();
        return set;
    }

    private int After(int position, int below) => _rules.Elements[position].EndsAlternative ? below : Stack(position, below);

    private int Stack(int position, int below)
    {
        ref int stack = ref CollectionsMarshal.GetValueRefOrAddDefault(_stacks, (position, below), out bool exists);
        if (!exists)
        {
            stack = _stackOf.Count;
            _stackOf.Add((position, below));
            _seenIn.Add(0);
        }

        return stack;
    }

    private int Set(ReadOnlySpan<int> members)
    {
        ref int first = ref CollectionsMarshal.GetValueRefOrAddDefault(_firstOfHash, HashOf(members), out bool exists);
        for (int set = exists ? first : -1; set >= 0; set = _sets[set].SameHash)
        {
            if (Members(set).SequenceEqual(members))
            {
                return set;
            }
        }

        _sets.Add((_members.Count, members.Length, exists ? first : -1));
        _members.AddRange(members);
        first = _sets.Count - 1;
        return first;
    }

    private static int HashOf(ReadOnlySpan<int> members)
    {
        HashCode hash = default;
        hash.AddBytes(MemoryMarshal.AsBytes(members));
        return hash.ToHashCode();
    }
}
