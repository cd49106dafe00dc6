using System.Buffers.Binary;
using System.Text;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Reads <c>tokenizer.model</c>: a message of protocol buffers (sentencepiece_model.proto), of which field 1 is a piece with its text
/// (1), score (2) and type (3), field 2 the trainer's settings with the kind of model (3), field 3 the normalizer's with whether a
/// space is put before a text (3).
/// </summary>
internal static class SentencePieceModel
{
    // The largest have 256,000 pieces and take 5 MB.
    private const long MostBytes = 64 << 20;
    private const int Unigram = 1;
    private const int BytePairs = 2;

    /// <exception cref="ConversionException">It is none, or not of byte pairs.</exception>
    public static Vocabulary Read(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > MostBytes)
        {
            throw Refuse(path, $"it has {length} bytes");
        }

        var tokens = new List<VocabularyToken>();
        int kind = Unigram;
        bool addsSpace = true;
        try
        {
            foreach ((int field, ReadOnlyMemory<byte> value, _) in ProtocolBuffer.Fields(File.ReadAllBytes(path)))
            {
                switch (field)
                {
                    case 1:
                        tokens.Add(Piece(value));
                        break;
                    case 2:
                        kind = Number(value, 3) ?? kind;
                        break;
                    case 3:
                        addsSpace = Number(value, 3) is not 0;
                        break;
                }
            }
        }
        catch (FormatException e)
        {
            throw Refuse(path, e.Message);
        }

        return kind == BytePairs && tokens.Count > 0
            ? new Vocabulary(VocabularyKind.SentencePiece, [.. tokens]) { AddsSpace = addsSpace }
            : throw Refuse(path, tokens.Count == 0 ? "it has no pieces" : $"it is a model of kind {kind}, where byte pairs are kind {BytePairs}");
    }

    private static VocabularyToken Piece(ReadOnlyMemory<byte> message)
    {
        string text = "";
        float score = 0;
        var type = VocabularyTokenType.Normal;
        foreach ((int field, ReadOnlyMemory<byte> value, ulong number) in ProtocolBuffer.Fields(message))
        {
            switch (field)
            {
                case 1:
                    text = Encoding.UTF8.GetString(value.Span);
                    break;
                case 2 when value.Length == sizeof(float):
                    score = BinaryPrimitives.ReadSingleLittleEndian(value.Span);
                    break;
                case 3 when number is >= 1 and <= 6:
                    type = (VocabularyTokenType)number;
                    break;
            }
        }

        return new VocabularyToken(text, score, type);
    }

    private static int? Number(ReadOnlyMemory<byte> message, int wanted)
    {
        int? found = null;
        foreach ((int field, _, ulong number) in ProtocolBuffer.Fields(message))
        {
            found = field == wanted ? (int)Math.Min(number, int.MaxValue) : found;
        }

        return found;
    }

    private static ConversionException Refuse(string path, string reason) =>
        ExceptionFactory.ConversionInput(path, reason, "Get another copy of the model, or use llama.cpp's own converter.");
}
