using System.Text;

namespace LocalInference;

/// <summary>
/// Turns the bytes of generated tokens into text that can be shown: never half a character, never a part of a stop sequence.
/// Bytes that are no valid UTF-8 become U+FFFD. Used by the reader of one request.
/// </summary>
internal sealed class TextAssembler(StopSequences stops)
{
    private readonly StopCursor _cursor = new(stops);
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
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
                string before = Decode(_held.Count - _cursor.Complete, flush: true);
                _held.Clear();
                return before;
            }
        }

        return Decode(_held.Count - _cursor.Held, flush: false);
    }

    /// <summary>Returns what was held back, once it is certain that nothing follows.</summary>
    public string Finish() => Decode(_held.Count, flush: true);

    private string Decode(int count, bool flush)
    {
        if (count <= 0 && !flush)
        {
            return "";
        }

        Span<byte> bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_held)[..count];
        int length = _decoder.GetCharCount(bytes, flush);
        string text = string.Create(length, (Decoder: _decoder, Bytes: _held, Count: count, Flush: flush), static (chars, state) =>
            state.Decoder.GetChars(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(state.Bytes)[..state.Count], chars, state.Flush));

        // string.Create skips the callback for an empty text, but the decoder must still see the bytes.
        if (length == 0)
        {
            _decoder.GetChars(bytes, [], flush);
        }

        _held.RemoveRange(0, count);
        return text;
    }
}
