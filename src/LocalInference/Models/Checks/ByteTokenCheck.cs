using System.Globalization;
using System.Text;

namespace LocalInference;

/// <summary>The tokens that stand for single bytes, without which some tokenizers fail on a text instead of on the model.</summary>
internal static class ByteTokenCheck
{
    public static void Run(CheckedModel model, TokenizerKind kind, TokenTable tokens)
    {
        switch (kind)
        {
            case TokenizerKind.Spm:
                CheckFallback(model, tokens);
                break;
            case TokenizerKind.Rwkv:
                CheckFirstBytes(model, tokens);
                break;
        }
    }

    /// <summary>
    /// llm_tokenizer_spm_session spells what it does not know in bytes, and llama_vocab::byte_to_token throws over a byte that has
    /// no token, neither as &lt;0x41&gt; nor as itself.
    /// </summary>
    private static void CheckFallback(CheckedModel model, TokenTable tokens)
    {
        Span<byte> itself = stackalloc byte[1];
        for (int value = 0; value <= byte.MaxValue; value++)
        {
            // These are in no UTF-8 text.
            if (value is 0xC0 or 0xC1 or >= 0xF5)
            {
                continue;
            }

            itself[0] = (byte)value;
            string name = string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");
            if (!tokens.Contains(Encoding.ASCII.GetBytes(name)) && (value == 0 || !tokens.Contains(itself)))
            {
                throw model.Refuse($"the vocabulary has no token {name}, so that some texts could not be read", name);
            }
        }
    }

    /// <summary>
    /// llm_tokenizer_rwkv_session starts over from the beginning of the text, for ever, at a byte that begins tokens and is none.
    /// </summary>
    private static void CheckFirstBytes(CheckedModel model, TokenTable tokens)
    {
        Span<bool> begins = stackalloc bool[256];
        Span<bool> stands = stackalloc bool[256];
        for (int id = 0; id < tokens.Count; id++)
        {
            (byte? first, bool more) = FirstByte(tokens[id]);
            if (first is { } value)
            {
                begins[value] = true;
                stands[value] |= !more;
            }
        }

        for (int value = 0; value <= byte.MaxValue; value++)
        {
            if (begins[value] && !stands[value])
            {
                throw model.Refuse($"the vocabulary has no token for the byte {value}, with which others begin", value);
            }
        }
    }

    /// <summary>Unescapes as far as needed (llama_unescape_rwkv_token).</summary>
    private static (byte? First, bool More) FirstByte(ReadOnlySpan<byte> escaped)
    {
        int taken = 1;
        int value = escaped[0];
        if (value == '\\')
        {
            if (escaped.Length < 2)
            {
                return (null, false);
            }

            (taken, value) = escaped[1] switch
            {
                (byte)'t' => (2, '\t'),
                (byte)'n' => (2, '\n'),
                (byte)'r' => (2, '\r'),
                (byte)'x' when escaped.Length >= 4 => (4, (Digit(escaped[2]) << 4) + Digit(escaped[3])),
                (byte)'x' => (escaped.Length, -1),
                byte other => (2, other),
            };
        }

        return value < 0 ? (null, false) : ((byte)value, escaped.Length > taken);
    }

    private static byte Digit(byte character) => (byte)(character >= 'a' ? character - 'a' + 10 : character - '0');
}
