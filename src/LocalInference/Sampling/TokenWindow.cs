namespace LocalInference;

/// <summary>The last tokens of a request, the oldest overwritten by the newest.</summary>
internal sealed class TokenWindow(int capacity)
{
    private readonly int[] _tokens = new int[capacity];
    private int _next;

    public int Count { get; private set; }

    public bool IsFull => Count == _tokens.Length;

    /// <summary>The oldest token.</summary>
    public int Oldest => this[Count - 1];

    /// <summary>A token by how many came after it.</summary>
    public int this[int back]
    {
        get
        {
            int place = _next - 1 - back;
            return _tokens[place < 0 ? place + _tokens.Length : place];
        }
    }

    public void Add(int token)
    {
        _tokens[_next] = token;
        _next = _next + 1 == _tokens.Length ? 0 : _next + 1;
        Count = Math.Min(Count + 1, _tokens.Length);
    }
}
