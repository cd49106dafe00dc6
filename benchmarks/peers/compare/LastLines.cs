namespace LocalInference.Compare;

/// <summary>The last lines that a program wrote, for the error when it fails. Safe for concurrent use.</summary>
internal sealed class LastLines
{
    private const int Most = 20;

    private readonly Queue<string> _lines = new();

    /// <summary>Takes a line; the end of a stream, which is <see langword="null"/>, is none.</summary>
    public void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > Most)
            {
                _lines.Dequeue();
            }
        }
    }

    /// <summary>The lines, one below the other.</summary>
    public override string ToString()
    {
        lock (_lines)
        {
            return string.Join('\n', _lines);
        }
    }
}
