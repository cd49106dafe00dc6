namespace LocalInference.Text;

/// <summary>
/// A grammar in GBNF, checked: it parses, names no rule that is missing, does not recurse on the left, and stays within what
/// llama.cpp v0.5.0 can take (its grammars/README.md describes the format, src/llama-grammar.cpp is what reads it). Immutable
/// and safe for concurrent use.
/// </summary>
public sealed class GbnfGrammar
{
    private GbnfGrammar(string text, GbnfRules rules)
    {
        Text = text;
        Rules = rules;
    }

    /// <summary>The grammar as it was given.</summary>
    public string Text { get; }

    /// <summary>
    /// The tokens that the grammar names by their text, such as <c>&lt;think&gt;</c>, each once. llama.cpp takes the grammar only
    /// if its vocabulary reads each of them as one token.
    /// </summary>
    public IReadOnlyList<string> TokenTexts => Rules.TokenTexts;

    /// <summary>The rules with repetitions written out.</summary>
    internal GbnfRules Rules { get; }

    /// <summary>Parses and checks a grammar.</summary>
    /// <param name="text">GBNF text with a rule named <c>root</c>.</param>
    /// <exception cref="GrammarException">
    /// It does not parse, recurses on the left or exceeds a limit; <see cref="GrammarException.Path"/> is <c>line:column</c>,
    /// counted from 1, in UTF-16 code units.
    /// </exception>
    public static GbnfGrammar Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new GbnfGrammar(text, new GbnfParser(text).Parse());
    }
}
