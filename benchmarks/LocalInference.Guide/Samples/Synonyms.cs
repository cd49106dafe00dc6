namespace LocalInference.Guide;

/// <summary>Words and phrases of which one says what the other says; in a wording one takes the place of another by chance.</summary>
internal sealed class Synonyms
{
    // One in so many is exchanged, so that most wordings keep most of their own words.
    private const int ExchangeOneIn = 3;

    private static readonly char[] s_marks = ['.', '?', '!', ',', ':', ';'];

    private readonly Dictionary<string, string[]> _groups = new(StringComparer.Ordinal);
    private readonly int _mostWords;

    /// <param name="groups">Groups, in lower case; a phrase is in one of them only.</param>
    public Synonyms(IEnumerable<string[]> groups)
    {
        foreach (string[] group in groups)
        {
            foreach (string phrase in group)
            {
                _groups.Add(phrase, group);
                _mostWords = Math.Max(_mostWords, phrase.Split(' ').Length);
            }
        }
    }

    /// <summary>A wording in which chance exchanged some.</summary>
    public string Next(string wording, Chance chance)
    {
        string[] words = wording.Split(' ');
        List<string> result = [];
        for (int i = 0; i < words.Length;)
        {
            (string phrase, int length) = Find(words, i);
            result.Add(length > 0 && chance.OneIn(ExchangeOneIn) ? Exchange(phrase, words[i], words[i + length - 1], chance) : string.Join(' ', words[i..(i + Math.Max(length, 1))]));
            i += Math.Max(length, 1);
        }

        return string.Join(' ', result);
    }

    // The longest phrase that begins here; only its last word may have a mark behind it.
    private (string Phrase, int Words) Find(string[] words, int start)
    {
        for (int length = Math.Min(_mostWords, words.Length - start); length > 0; length--)
        {
            string phrase = string.Join(' ', words[start..(start + length)]).TrimEnd(s_marks).ToLowerInvariant();
            if (_groups.ContainsKey(phrase))
            {
                return (phrase, length);
            }
        }

        return ("", 0);
    }

    // 'Pull' becomes 'Fetch', and 'pull?' 'fetch?'.
    private string Exchange(string phrase, string first, string last, Chance chance)
    {
        string other = chance.Of(_groups[phrase]);
        string marks = last[last.TrimEnd(s_marks).Length..];
        return (char.IsUpper(first[0]) ? char.ToUpperInvariant(other[0]) + other[1..] : other) + marks;
    }
}
