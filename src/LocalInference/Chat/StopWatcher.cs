using LocalInference.Text;

namespace LocalInference;

/// <summary>Finds which stop sequence an answer ended with.</summary>
internal sealed class StopWatcher(StopSequences stops, IReadOnlyList<string> texts)
{
    private readonly StopCursor _cursor = new(stops);
    private readonly List<byte> _bytes = [];

    /// <summary>The sequence that came first; <see langword="null"/>: none.</summary>
    public string? Found { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (texts.Count == 0)
        {
            return;
        }

        foreach (byte value in bytes)
        {
            if (Found is not null)
            {
                return;
            }

            _bytes.Add(value);
            if (_cursor.Advance(value))
            {
                Found = Longest();
            }
        }
    }

    private string Longest()
    {
        int match = -1;
        for (int i = 0; i < texts.Count; i++)
        {
            byte[] pattern = stops.Patterns[i];
            if (pattern.Length == _cursor.Complete && _bytes[^pattern.Length..].SequenceEqual(pattern))
            {
                match = i;
            }
        }

        return texts[match];
    }
}
