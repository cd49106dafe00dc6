using System.Text.RegularExpressions;

namespace LocalInference.Training;

/// <summary>
/// Cuts texts where no token may reach over, as llama.cpp does for vocabularies whose <c>tokenizer.ggml.pre</c> is <c>smollm</c>
/// (llama-vocab.cpp, v0.5.0): each digit by itself, then GPT-2's expression. Letters beyond the Basic Multilingual Plane are marks
/// here, which only changes what is counted: the tokenizer is llama.cpp's own.
/// </summary>
internal static partial class WordSplitter
{
    /// <summary>The name of this rule in a model's file.</summary>
    public const string Name = "smollm";

    /// <summary>The words of a text, none left out.</summary>
    public static IEnumerable<string> Split(string text)
    {
        int start = 0;
        foreach (Match digit in Digit().Matches(text))
        {
            foreach (Match word in Word().Matches(text[start..digit.Index]))
            {
                yield return word.Value;
            }

            yield return digit.Value;
            start = digit.Index + digit.Length;
        }

        foreach (Match word in Word().Matches(text[start..]))
        {
            yield return word.Value;
        }
    }

    [GeneratedRegex(@"\p{N}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Digit();

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Word();
}
