using System.Globalization;
using System.Text.RegularExpressions;

namespace LocalInference.Guide;

/// <summary>
/// Names of models: half of the parts from the lists, half invented, because who has only seen forty names learns to say one of forty
/// names, and not to repeat what was said.
/// </summary>
internal sealed partial class ModelNames(GuideTools.ModelNames names, IReadOnlyList<string> words, Chance chance)
{
    private const string Consonants = "bcdfghjklmnprstvwxz";
    private const string Vowels = "aeiouy";

    /// <summary>The next name.</summary>
    public string Next() => Place().Replace(chance.Of(names.Patterns), place => Part(place.Groups["list"].Value));

    private string Part(string list) => chance.OneIn(2) ? chance.Of(names.Values[list]) : list switch
    {
        "tag" => Tag(),
        "quantization" => chance.Of(names.Values[list]),
        "repository" => $"{Title(Word())}-{Tag()}{(chance.OneIn(2) ? $"-{Title(Word())}" : "")}-GGUF",
        "organization" => chance.OneIn(2) ? Title(Word()) : Compound(),
        "host" => $"{Word()}.{Word()}.{chance.Of(["com", "io", "org", "net"])}",
        _ => Compound(),
    };

    private string Compound() => chance.Below(5) switch
    {
        0 => $"{Word()}-{Word()}",
        1 => $"{Word()}{Number(9)}",
        2 => $"{Word()}{Number(9)}.{Number(9)}",
        3 => Word() + Word(),
        _ => Word(),
    };

    private string Tag() => chance.Below(4) switch
    {
        0 => $"{Number(9)}.{Number(9)}b",
        1 => $"{Number(99)}{chance.Of(["b", "m"])}-{Word()}",
        2 => $"v{Number(9)}",
        _ => $"{Number(99)}{chance.Of(["b", "m"])}",
    };

    private string Word() => chance.Below(3) switch
    {
        0 => chance.Of(words),
        1 => Piece(chance.Of(words)),
        _ => Syllables(),
    };

    private string Piece(string word)
    {
        int start = chance.Below(word.Length - 2);
        return word.Substring(start, 3 + chance.Below(word.Length - start - 2));
    }

    private string Syllables() => string.Concat(Enumerable.Range(0, 2 + chance.Below(3)).Select(_ => Syllable()));

    private string Syllable() => $"{Consonants[chance.Below(Consonants.Length)]}{Vowels[chance.Below(Vowels.Length)]}{(chance.OneIn(3) ? $"{Consonants[chance.Below(Consonants.Length)]}" : "")}";

    private string Number(int most) => (chance.Below(most) + 1).ToString(CultureInfo.InvariantCulture);

    private static string Title(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    [GeneratedRegex(@"\{(?<list>[a-z]+)\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();
}
