namespace LocalInference.Text;

/// <summary>
/// The classes that have names, as ECMA-262 has them (section 22.2), which JSON Schema asks for. Engines differ outside ASCII,
/// so a class itself is its ASCII part, and its negation leaves out what any engine counts to it.
/// </summary>
internal static class RegexClasses
{
    private static readonly CodePointSet s_digits = CodePointSet.Of(('0', '9'));
    private static readonly CodePointSet s_word = CodePointSet.Of(('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_'));
    private static readonly CodePointSet s_asciiSpace = CodePointSet.Of(" \t\n\v\f\r");

    private static readonly CodePointSet s_space = s_asciiSpace.Union(CodePointSet.Of(
        (0x1C, 0x1F), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)));

    /// <summary>What a dot is: everything but line ends.</summary>
    public static CodePointSet Dot { get; } = CodePointSet.Of((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)).Negate();

    /// <summary>The class of a letter behind a backslash; <see langword="null"/>: it names none.</summary>
    public static CodePointSet? Find(int letter) => letter switch
    {
        'd' => s_digits,
        'D' => s_digits.Negate(),
        'w' => s_word,
        'W' => s_word.Negate(),
        's' => s_asciiSpace,
        'S' => s_space.Negate(),
        _ => null,
    };
}
