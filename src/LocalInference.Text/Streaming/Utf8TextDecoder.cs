using System.Text;

namespace LocalInference.Text;

/// <summary>
/// Turns UTF-8 that arrives cut at any byte into text: a character comes when its last byte does, whole. Bytes that are no valid
/// UTF-8 become U+FFFD. For one stream, used by one thread at a time; allocates the text and nothing else.
/// </summary>
internal sealed class Utf8TextDecoder
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>Takes the next bytes and returns the characters that they complete.</summary>
    public string Append(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>Takes the last bytes; a character that they leave incomplete becomes U+FFFD. The next stream may begin.</summary>
    public string Finish(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        int length = _decoder.GetCharCount(bytes, flush);
        if (length == 0)
        {
            // string.Create skips the callback for an empty text, but the decoder must still see the bytes.
            _decoder.GetChars(bytes, [], flush);
            return "";
        }

        return string.Create(length, new Step(_decoder, bytes, flush), static (chars, step) => step.Decoder.GetChars(step.Bytes, chars, step.Flush));
    }

    private readonly ref struct Step(Decoder decoder, ReadOnlySpan<byte> bytes, bool flush)
    {
        public Decoder Decoder { get; } = decoder;

        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        public bool Flush { get; } = flush;
    }
}
