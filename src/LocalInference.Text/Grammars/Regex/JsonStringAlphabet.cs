namespace LocalInference.Text;

/// <summary>
/// Characters as a JSON string spells them (RFC 8259, section 7): quotation mark, backslash and control characters escaped,
/// the short way where there is one, all others as themselves. The slash, which may be escaped, is not.
/// </summary>
internal sealed class JsonStringAlphabet : IRegexAlphabet
{
    private const string ShortEscapes = "\"\\\b\f\n\r\t";
    private const string ShortLetters = "\"\\bfnrt";
    private static readonly CodePointSet s_escaped = CodePointSet.Of((0, 0x1F), ('"', '"'), ('\\', '\\'));

    public static JsonStringAlphabet Instance { get; } = new();

    public string Spell(int codePoint) =>
        s_escaped.Contains(codePoint) ? JsonEscapes.Of((char)codePoint)! : char.ConvertFromUtf32(codePoint);

    public string Write(GrammarBuilder builder, CodePointSet set)
    {
        CodePointSet plain = set.Except(s_escaped);
        CodePointSet escaped = set.Except(plain);
        if (escaped.IsEmpty)
        {
            return GbnfText.Class(plain);
        }

        List<string> ways = plain.IsEmpty ? [] : [GbnfText.Class(plain)];
        char[] letters = [.. ShortEscapes.Zip(ShortLetters).Where(e => escaped.Contains(e.First)).Select(e => e.Second)];
        if (letters.Length > 0)
        {
            ways.Add($"\"\\\\\" {GbnfText.Class(CodePointSet.Of(letters))}");
        }

        for (int high = 0; high <= 1; high++)
        {
            (int, int)[] digits = [.. Enumerable.Range(high * 16, 16)
                .Where(c => escaped.Contains(c) && !ShortEscapes.Contains((char)c, StringComparison.Ordinal))
                .SelectMany(HexDigits)];
            if (digits.Length > 0)
            {
                ways.Add($"\"\\\\u00{high}\" {GbnfText.Class(CodePointSet.Of(digits))}");
            }
        }

        return builder.AddRule("pattern-char", string.Join(" | ", ways));
    }

    private static IEnumerable<(int, int)> HexDigits(int codePoint)
    {
        char digit = "0123456789abcdef"[codePoint % 16];
        yield return (digit, digit);
        yield return (char.ToUpperInvariant(digit), char.ToUpperInvariant(digit));
    }
}
