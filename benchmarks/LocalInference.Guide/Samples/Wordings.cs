namespace LocalInference.Guide;

/// <summary>Other forms of a wording, as README.md of the guide lists them.</summary>
internal sealed class Wordings(GuideVariations variations, Chance chance)
{
    // Of fewer words none can be spared.
    private const int LeastWords = 5;

    private static readonly char[] s_marks = ['.', '?', '!'];

    /// <summary>Some of the forms of a wording, drawn by chance; all where there are not more.</summary>
    public IEnumerable<string> Of(string wording, int most)
    {
        List<string> forms = [.. Of(wording)];
        while (forms.Count > most)
        {
            forms.RemoveAt(chance.Below(forms.Count));
        }

        return forms;
    }

    /// <summary>The wording, and its variations.</summary>
    public IEnumerable<string> Of(string wording)
    {
        yield return wording;
        yield return WithoutMark(wording).ToLowerInvariant();
        yield return chance.Of(variations.Openings) + Lowered(wording);
        yield return WithoutMark(wording) + chance.Of(variations.Endings);
        string[] words = wording.Split(' ');
        if (words.Length >= LeastWords)
        {
            int left = chance.Below(words.Length);
            yield return string.Join(' ', words.Where((_, i) => i != left));
        }
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
