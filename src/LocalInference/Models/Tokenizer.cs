namespace LocalInference;

/// <summary>A model's vocabulary: text to token ids and back. Safe for concurrent use.</summary>
public sealed class Tokenizer
{
    internal Tokenizer()
    {
    }

    /// <summary>Number of tokens in the vocabulary; ids are 0 to one less.</summary>
    public int VocabularySize => throw new NotSupportedException();

    /// <summary>Token ids of a text.</summary>
    /// <param name="text">The text, of any length.</param>
    /// <param name="addSpecial">Adds the begin (and end) token where the model wants one. Default: yes.</param>
    /// <param name="parseSpecial">Reads special tokens that the text spells as the tokens themselves. Default: no.</param>
    public int[] Encode(string text, bool addSpecial = true, bool parseSpecial = false) => throw new NotSupportedException();

    /// <summary>Text of token ids. Bytes that are no valid UTF-8 become U+FFFD.</summary>
    /// <param name="tokens">The ids.</param>
    /// <param name="renderSpecial">Writes control tokens as their names instead of nothing. Default: no.</param>
    public string Decode(ReadOnlySpan<int> tokens, bool renderSpecial = false) => throw new NotSupportedException();

    /// <summary>The bytes of one token, as UTF-8; a token may hold a part of a character.</summary>
    public byte[] GetBytes(int token) => throw new NotSupportedException();

    /// <summary>Whether this token ends a generation.</summary>
    public bool IsEndOfGeneration(int token) => throw new NotSupportedException();
}
