using System.Text;

namespace LocalInference.EmbeddingComparison;

/// <summary>Random texts of 10 to 60 tokens; a seed gives the same ones on each machine.</summary>
internal static class ShortTexts
{
    private const int FewestTokens = 10;
    private const int MostTokens = 60;

    private static readonly string[] s_words =
        "once upon a time there was little girl who loved to play outside in the park with her dog every morning she ran window see whether sun shining and birds were singing one day found big red ball under old tree brought it until went down stars came out then mother called them home they had bread soup for supper".Split(' ');

    public static string[] Make(Tokenizer tokenizer, int seed, int count)
    {
        var random = new Random(seed);
        string[] texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            int tokens = random.Next(FewestTokens, MostTokens + 1);
            var text = new StringBuilder(s_words[random.Next(s_words.Length)]);
            while (tokenizer.Encode(text.ToString()).Length < tokens)
            {
                text.Append(' ').Append(s_words[random.Next(s_words.Length)]);
            }

            texts[i] = text.ToString();
        }

        return texts;
    }
}
