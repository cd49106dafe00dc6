using System.Text;

namespace LocalInference.LoadTest.Requests;

/// <summary>
/// Prompts of random content. The same seed gives the same prompts, so both sides of a comparison do the same work; another
/// seed shares no beginning with them, so nothing comes from a cache that an earlier round filled.
/// </summary>
/// <param name="seed">Decides the prompts.</param>
/// <param name="vocabularySize">Tokens in the model's vocabulary; <see langword="null"/>: prompts are words.</param>
internal sealed class PromptSource(int seed, int? vocabularySize)
{
    // Common English words, which usual vocabularies hold as one token together with the space before them.
    private static readonly string[] s_words =
    [
        "time", "year", "people", "way", "day", "man", "thing", "woman", "life", "child", "world", "school", "state", "family",
        "student", "group", "country", "problem", "hand", "part", "place", "case", "week", "company", "system", "program",
        "question", "work", "government", "number", "night", "point", "home", "water", "room", "mother", "area", "money",
        "story", "fact", "month", "lot", "right", "study", "book", "eye", "job", "word", "business", "issue", "side", "kind",
        "head", "house", "service", "friend", "father", "power", "hour", "game", "line", "end", "member", "law", "car", "city",
    ];

    // Random takes a seed and its negative for the same.
    private readonly Random _random = new(seed & int.MaxValue);

    /// <summary>The next prompt.</summary>
    /// <param name="length">Its tokens; of text its words, which are about as many.</param>
    public Prompt Next(int length)
    {
        if (vocabularySize is not { } size)
        {
            StringBuilder text = new();
            for (int i = 0; i < length; i++)
            {
                text.Append(' ').Append(s_words[_random.Next(s_words.Length)]);
            }

            return new Prompt(null, text.ToString());
        }

        // Control tokens stand at the ends of a vocabulary.
        int[] tokens = new int[length];
        for (int i = 0; i < length; i++)
        {
            tokens[i] = _random.Next(size / 4, size - (size / 4));
        }

        return new Prompt(tokens, "");
    }

    /// <summary>The gap before the next arrival of a Poisson process: exponentially distributed.</summary>
    /// <param name="rate">Arrivals per second.</param>
    public TimeSpan NextGap(double rate) => TimeSpan.FromSeconds(-Math.Log(1 - _random.NextDouble()) / rate);
}
