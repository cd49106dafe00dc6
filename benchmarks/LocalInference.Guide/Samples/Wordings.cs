namespace LocalInference.Guide;

/// <summary>Draws forms of a wording, as README.md of the guide lists them.</summary>
internal sealed class Wordings(GuideVariations variations, Chance chance)
{
    // Of fewer words none can be spared.
    private const int LeastWords = 4;

    // At most one in so many is left out.
    private const int SpareOneIn = 3;

    private static readonly char[] s_marks = ['.', '?', '!'];

    private readonly Synonyms _synonyms = new(variations.Synonyms);

    /// <summary>A wording in one of its forms.</summary>
    public string Next(string wording)
    {
        string form = chance.OneIn(2) ? _synonyms.Next(wording, chance) : wording;
        form = chance.OneIn(2) ? WithoutWords(form) : form;
        form = chance.OneIn(2) ? WithoutMark(form).ToLowerInvariant() : form;
        form = chance.OneIn(4) ? chance.Of(variations.Openings) + Lowered(form) : form;
        return chance.OneIn(4) ? WithoutMark(form) + chance.Of(variations.Endings) : form;
    }

    private string WithoutWords(string wording)
    {
        List<string> words = [.. wording.Split(' ')];
        int left = words.Count < LeastWords ? 0 : 1 + chance.Below(words.Count / SpareOneIn);
        for (int i = 0; i < left; i++)
        {
            words.RemoveAt(chance.Below(words.Count));
        }

        return string.Join(' ', words);
    }

    private static string WithoutMark(string wording) => wording.Length > 1 && s_marks.Contains(wording[^1]) ? wording[..^1] : wording;

    // 'How' becomes 'how', and GGUF, LoRA and I stay.
    private static string Lowered(string wording)
    {
        string word = wording.Split(' ', 2)[0];
        bool isName = word is "I" || word.StartsWith("I'", StringComparison.Ordinal) || word.Skip(1).Any(static c => char.IsUpper(c) || char.IsDigit(c));
        return isName ? wording : char.ToLowerInvariant(wording[0]) + wording[1..];
    }
}
