namespace LocalInference.Training;

/// <summary>
/// Bytes as characters that can be seen, in which GPT-2 and all after it spell tokens (encoder.py of openai/gpt-2; llama.cpp's
/// unicode_byte_to_utf8): what Latin-1 shows stands for itself, the rest for the characters from U+0100 on, in order.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = Build();

    public static char Character(byte value) => s_characters[value];

    /// <summary>UTF-8 in this spelling.</summary>
    public static string Spell(ReadOnlySpan<byte> utf8)
    {
        char[] characters = new char[utf8.Length];
        for (int i = 0; i < characters.Length; i++)
        {
            characters[i] = s_characters[utf8[i]];
        }

        return new string(characters);
    }

    private static char[] Build()
    {
        char[] characters = new char[256];
        char next = '\u0100';
        for (int value = 0; value < characters.Length; value++)
        {
            bool isShown = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = isShown ? (char)value : next++;
        }

        return characters;
    }
}
