using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Native;

namespace LocalInference;

public sealed unsafe partial class Tokenizer
{
    /// <summary>Whether a text ends with a token that the model wants there.</summary>
    internal bool AddsEndOfText
    {
        get
        {
            using ModelLease lease = new(_model);
            return Llama.llama_vocab_get_add_eos(_model.Vocabulary) != 0 || Llama.llama_vocab_get_add_sep(_model.Vocabulary) != 0;
        }
    }

    /// <summary>Appends the token ids of a text to a list; allocates nothing but what the list lacks.</summary>
    /// <inheritdoc cref="Encode(string, bool, bool)"/>
    internal void EncodeTo(List<int> tokens, string text, bool addSpecial, bool parseSpecial = false)
    {
        if (_isBytePairEncoding && text.Length > LongestOnAnyStack)
        {
            tokens.AddRange(Encode(text, addSpecial, parseSpecial));
            return;
        }

        using ModelLease lease = new(_model);
        int start = tokens.Count;
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            ReadOnlySpan<byte> bytes = utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8));

            // As in Encode: a token takes at least one byte, unless a prefix or a normalizer makes more of it.
            int count = Append(bytes, bytes.Length + 2);
            if (count < 0)
            {
                count = Append(bytes, -count);
            }

            CollectionsMarshal.SetCount(tokens, start + count);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }

        int Append(ReadOnlySpan<byte> bytes, int room)
        {
            CollectionsMarshal.SetCount(tokens, start + room);
            return Tokenize(bytes, CollectionsMarshal.AsSpan(tokens)[start..], addSpecial, parseSpecial);
        }
    }
}
