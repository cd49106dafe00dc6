using System.Runtime.InteropServices;

namespace LocalInference.Text;

/// <summary>
/// Turns the bytes of generated tokens into text that can be shown: never half a character, never a part of a stop sequence.
/// Bytes that are no valid UTF-8 become U+FFFD. Used by the reader of one request.
/// </summary>
internal sealed class TextAssembler(StopSequences stops)
{
    private readonly StopCursor _cursor = new(stops);
    private readonly Utf8TextDecoder _decoder = new();
    private readonly List<byte> _held = [];

    /// <summary>Takes the bytes of the next token and returns the text that they released.</summary>
    public string Append(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            _held.Add(value);
            if (_cursor.Advance(value))
            {
                // The engine ends the generation with this very token; the sequence and what follows it are not text.
                string before = _decoder.Finish(CollectionsMarshal.AsSpan(_held)[..^_cursor.Complete]);
                _held.Clear();
                return before;
            }
        }

        int released = _held.Count - _cursor.Held;
        string text = _decoder.Append(CollectionsMarshal.AsSpan(_held)[..released]);
        _held.RemoveRange(0, released);
        return text;
    }

    /// <summary>Returns what was held back, once it is certain that nothing follows.</summary>
    public string Finish()
    {
        string rest = _decoder.Finish(CollectionsMarshal.AsSpan(_held));
        _held.Clear();
        return rest;
    }
}
