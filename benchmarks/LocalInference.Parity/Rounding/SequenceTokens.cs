namespace LocalInference.Parity.Rounding;

/// <summary>The tokens that a native sequence holds, and in how many steps they were computed.</summary>
internal sealed class SequenceTokens
{
    // Of a position that it does not hold: a range of another sequence can be copied to where nothing is before it.
    private const int None = -1;

    private readonly List<int> _tokens = [];
    private int _steps;

    /// <summary>Steps that computed tokens of it.</summary>
    public int Steps => _tokens.Count == 0 ? 0 : _steps;

    /// <summary>All tokens from the first position on.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    public void Set(int position, int token)
    {
        while (_tokens.Count <= position)
        {
            _tokens.Add(None);
        }

        _tokens[position] = token;
    }

    /// <summary>Takes note of a step that computed tokens of it.</summary>
    public void CountStep() => _steps++;

    public void Remove(int from, int to)
    {
        from = Math.Max(0, from);
        to = to < 0 ? _tokens.Count : Math.Min(to, _tokens.Count);
        for (int i = from; i < to; i++)
        {
            _tokens[i] = None;
        }

        int last = _tokens.FindLastIndex(static token => token != None);
        _tokens.RemoveRange(last + 1, _tokens.Count - last - 1);
        _steps = _tokens.Count == 0 ? 0 : _steps;
    }

    public void Copy(SequenceTokens source, int from, int to)
    {
        to = to < 0 ? source._tokens.Count : Math.Min(to, source._tokens.Count);
        for (int i = Math.Max(0, from); i < to; i++)
        {
            if (source._tokens[i] != None)
            {
                Set(i, source._tokens[i]);
            }
        }
    }
}
