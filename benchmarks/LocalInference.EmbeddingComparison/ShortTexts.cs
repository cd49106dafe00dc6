using System.Text;

namespace LocalInference.EmbeddingComparison;

/// <summary>Random texts of 10 to 60 tokens: other ones each time, so that nobody answers from a cache, and the same ones in every run.</summary>
internal sealed class ShortTexts(Tokenizer tokenizer)
{
    private const int FewestTokens = 10;
    private const int MostTokens = 60;

    private static readonly string[] s_words =
        "once upon a time there was little girl who loved to play outside in the park with her dog every morning she ran window see whether sun shining and birds were singing one day found big red ball under old tree brought it until went down stars came out then mother called them home they had bread soup for supper".Split(' ');

    private readonly Random _random = new(1);

    public string[] Next(int count)
    {
        string[] texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            int tokens = _random.Next(FewestTokens, MostTokens + 1);
            var text = new StringBuilder(s_words[_random.Next(s_words.Length)]);
            while (tokenizer.Encode(text.ToString()).Length < tokens)
            {
                text.Append(' ').Append(s_words[_random.Next(s_words.Length)]);
            }

            texts[i] = text.ToString();
        }

        return texts;
    }

    /// <summary>Tokens of some texts.</summary>
    public long CountTokens(string[] texts) => texts.Sum(text => (long)tokenizer.Encode(text).Length);
}
