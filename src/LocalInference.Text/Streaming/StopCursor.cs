namespace LocalInference.Text;

/// <summary>How much of each stop sequence the end of a byte stream has matched. Allocates nothing per byte.</summary>
internal sealed class StopCursor(StopSequences stops)
{
    private readonly int[] _matched = new int[stops.Patterns.Length];

    /// <summary>Bytes at the end of the stream that may be the start of a stop sequence, and so must not be shown yet.</summary>
    public int Held { get; private set; }

    /// <summary>Length in bytes of the stop sequence that is complete, 0 if none is.</summary>
    public int Complete { get; private set; }

    /// <summary>Takes the next byte; true when a stop sequence is complete.</summary>
    public bool Advance(byte value)
    {
        Held = 0;
        Complete = 0;
        for (int i = 0; i < _matched.Length; i++)
        {
            byte[] pattern = stops.Patterns[i];
            int[] failures = stops.Failures[i];
            int matched = _matched[i];
            while (matched > 0 && pattern[matched] != value)
            {
                matched = failures[matched - 1];
            }

            if (pattern[matched] == value)
            {
                matched++;
            }

            if (matched == pattern.Length)
            {
                // Two that end here: the longer one started earlier, so it is the first in the text.
                Complete = Math.Max(Complete, matched);
                matched = failures[matched - 1];
            }

            _matched[i] = matched;
            Held = Math.Max(Held, matched);
        }

        return Complete > 0;
    }
}
