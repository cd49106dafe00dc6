using System.Runtime.InteropServices;

namespace LocalInference;

/// <summary>The tokens of a request's texts, one behind the other in one array.</summary>
internal sealed class TokenizedTexts(int capacity)
{
    private readonly List<int> _tokens = [];
    private readonly List<int> _ends = new(capacity);
    private readonly List<int> _dropped = new(capacity);

    public int Count => _ends.Count;

    /// <summary>Tokens of the longest text.</summary>
    public int Longest { get; private set; }

    /// <summary>Tokens of all texts.</summary>
    public int TokenCount => _tokens.Count;

    public ReadOnlySpan<int> this[int index] => CollectionsMarshal.AsSpan(_tokens)[Start(index).._ends[index]];

    public int LengthOf(int index) => _ends[index] - Start(index);

    /// <summary>Tokens of a text that were cut.</summary>
    public int DroppedOf(int index) => _dropped[index];

    /// <summary>Where the tokens of the next text are appended, before <see cref="Add"/> makes a text of them.</summary>
    public List<int> Tail => _tokens;

    /// <summary>Tokens in <see cref="Tail"/> that belong to no text yet.</summary>
    public Span<int> Pending => CollectionsMarshal.AsSpan(_tokens)[Start(Count)..];

    /// <summary>Makes a text of the first tokens in <see cref="Pending"/> and gives up the others.</summary>
    public void Add(int length, int dropped = 0)
    {
        int end = Start(Count) + length;
        CollectionsMarshal.SetCount(_tokens, end);
        _ends.Add(end);
        _dropped.Add(dropped);
        Longest = Math.Max(Longest, length);
    }

    private int Start(int index) => index == 0 ? 0 : _ends[index - 1];
}
