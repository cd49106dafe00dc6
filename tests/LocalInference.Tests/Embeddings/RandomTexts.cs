using System.Text;

namespace LocalInference.Tests.Embeddings;

/// <summary>Texts of words, accents, scripts and emoji, the same for the same seed.</summary>
internal static class RandomTexts
{
    private static readonly string[] s_words =
        ["once", "upon", "a", "time", "the", "little", "girl", "dog", "played", "window", "sun", "Ärger", "naïve", "日本語", "данные", "🙂", "x=42", "—", "supper", "shining"];

    public static string[] Many(int seed, int count, int fewestWords = 1, int mostWords = 20)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => One(random, random.Next(fewestWords, mostWords + 1)))];
    }

    public static string One(Random random, int words)
    {
        var text = new StringBuilder();
        for (int i = 0; i < words; i++)
        {
            text.Append(i == 0 ? "" : " ").Append(s_words[random.Next(s_words.Length)]);
        }

        return text.ToString();
    }
}
