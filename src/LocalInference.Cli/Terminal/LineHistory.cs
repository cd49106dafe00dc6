namespace LocalInference.Cli.Terminal;

/// <summary>The lines of this session, newest last, and where in them a person is browsing.</summary>
internal sealed class LineHistory
{
    private const int Capacity = 1000;

    private readonly List<string> _lines = [];
    private int _position;
    private string _draft = "";

    public void Add(string line)
    {
        if (line.Length > 0 && (_lines.Count == 0 || !string.Equals(_lines[^1], line, StringComparison.Ordinal)))
        {
            _lines.Add(line);
            if (_lines.Count > Capacity)
            {
                _lines.RemoveAt(0);
            }
        }

        _position = _lines.Count;
        _draft = "";
    }

    /// <summary>The line before, or <see langword="null"/> at the oldest. What was being typed is kept for the way back.</summary>
    public string? Previous(string current)
    {
        if (_position == 0)
        {
            return null;
        }

        if (_position == _lines.Count)
        {
            _draft = current;
        }

        return _lines[--_position];
    }

    /// <summary>The line after, at last the one that was being typed, or <see langword="null"/> there.</summary>
    public string? Next()
    {
        if (_position == _lines.Count)
        {
            return null;
        }

        _position++;
        return _position == _lines.Count ? _draft : _lines[_position];
    }
}
