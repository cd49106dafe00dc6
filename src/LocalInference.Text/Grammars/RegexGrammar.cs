namespace LocalInference.Text;

/// <summary>Writes a regular expression as a GBNF grammar. Thread-safe.</summary>
/// <remarks>
/// Understood are characters, classes, <c>.</c>, <c>\d \w \s</c> and their negations, <c>\t \n \r \f \v \0 \xHH \uHHHH \u{H}
/// \cX</c>, groups (also named ones and <c>(?:)</c>), alternatives, <c>* + ? {m} {m,} {m,n}</c>, and <c>^</c> and <c>$</c> at the
/// ends. Lazy quantifiers allow the same texts as greedy ones and are read so. <c>\d \w \s</c> are ASCII. Look-around,
/// references to groups, inline flags, Unicode properties and other anchors are refused.
/// </remarks>
public static class RegexGrammar
{
    /// <summary>Writes the grammar of the texts that match an expression from their first to their last character.</summary>
    /// <param name="pattern">The expression.</param>
    /// <returns>GBNF text that <see cref="GbnfGrammar.Parse"/> accepts.</returns>
    /// <exception cref="GrammarException">
    /// The expression does not parse, uses what no grammar can say, or exceeds a limit; <see cref="GrammarException.Path"/> is
    /// <c>1:column</c>, counted from 1, in UTF-16 code units.
    /// </exception>
    public static string Create(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var builder = new GrammarBuilder();
        string rule = builder.AddRegex("root", pattern);
        string grammar = rule == "root" ? builder.Build() : throw new InvalidOperationException("The first rule was not named root.");
        GbnfGrammar.Parse(grammar);
        return grammar;
    }

    internal static string AddTo(GrammarBuilder builder, string name, string pattern)
    {
        try
        {
            string body = new RegexWriter(builder, PlainAlphabet.Instance, name).Write(new RegexParser(pattern).Parse());
            return builder.AddRule(name, body);
        }
        catch (RegexSyntaxException e)
        {
            throw new GrammarException($"The regular expression cannot become a grammar: {e.Message}.", FormattableString.Invariant($"1:{e.Column}"), e);
        }
    }
}
