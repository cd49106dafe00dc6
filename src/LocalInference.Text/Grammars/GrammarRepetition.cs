using System.Globalization;
using System.Text;

namespace LocalInference.Text;

/// <summary>
/// Writes repetitions. llama.cpp v0.5.0 refuses counts above 2,000 and reads a larger maximum as none. So a large count becomes
/// blocks: with blocks of 100 items, up to 450 items are <c>up-4</c> of
/// <code>
/// block ::= item{100}
/// up-0  ::= item{0,50}
/// up-1  ::= block up-0 | item{0,99}
/// up-2  ::= block up-1 | item{0,99} …
/// </code>
/// where at each character only two ways are open, not one for each count.
/// </summary>
internal static class GrammarRepetition
{
    /// <summary>The largest count that is written out.</summary>
    public const int Largest = 100_000;

    // Beyond it, one rule for each count in llama.cpp costs more than blocks do.
    private const int Direct = 1000;

    public static string Write(GrammarBuilder builder, string item, int minimum, int? maximum)
    {
        if (maximum == 0)
        {
            return "\"\"";
        }

        if (minimum <= Direct && (maximum ?? 0) <= Direct)
        {
            return item + Suffix(minimum, maximum);
        }

        int block = Math.Clamp((int)Math.Sqrt(Math.Max(minimum, maximum ?? 0)), 100, Direct);
        string blockRule = builder.AddRule("block", Text($"{item}{{{block}}}"));
        var text = new StringBuilder("(");
        if (minimum > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{blockRule}{{{minimum / block}}} ");
            if (minimum % block > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{item}{{{minimum % block}}} ");
            }
        }

        text.Append(maximum is null or > Largest ? item + "*" : UpTo(builder, item, blockRule, block, maximum.Value - minimum));
        return text.Append(')').ToString();
    }

    private static string UpTo(GrammarBuilder builder, string item, string blockRule, int block, int count)
    {
        string rule = builder.AddRule("up", Text($"{item}{{0,{count % block}}}"));
        for (int blocks = count / block; blocks > 0; blocks--)
        {
            rule = builder.AddRule("up", Text($"{blockRule} {rule} | {item}{{0,{block - 1}}}"));
        }

        return rule;
    }

    private static string Suffix(int minimum, int? maximum) => (minimum, maximum) switch
    {
        (0, null) => "*",
        (1, null) => "+",
        (0, 1) => "?",
        (1, 1) => "",
        (_, null) => Text($"{{{minimum},}}"),
        _ when minimum == maximum => Text($"{{{minimum}}}"),
        _ => Text($"{{{minimum},{maximum}}}"),
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
