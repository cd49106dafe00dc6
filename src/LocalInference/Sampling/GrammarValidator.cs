using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// Refuses GBNF that llama.cpp does not parse, which it would print to standard error, and GBNF that would exhaust its stack or
/// its memory, or keep it busy without end; see <see cref="GbnfGrammar"/>.
/// </summary>
internal static class GrammarValidator
{
    /// <summary>What <see cref="GbnfGrammar.Parse"/> takes; checked here to say it with the option's name.</summary>
    private const int MaxLength = 262_144;

    /// <param name="grammar">The grammar.</param>
    /// <param name="tokenizer">The model's, which has to know the tokens that the grammar names.</param>
    /// <exception cref="GenerationException">The grammar is empty, does not parse or exceeds a limit.</exception>
    public static void Validate(string grammar, Tokenizer tokenizer)
    {
        const string Name = nameof(GenerationOptions.Grammar);
        if (string.IsNullOrWhiteSpace(grammar))
        {
            throw ExceptionFactory.Option(Name, "must not be empty; leave it out for free text");
        }

        if (grammar.Length > MaxLength)
        {
            throw ExceptionFactory.Option(Name, $"must be at most {Text(MaxLength)} characters long", Text(grammar.Length), Text(MaxLength));
        }

        try
        {
            string? unknown = GbnfGrammar.Parse(grammar).TokenTexts.FirstOrDefault(token => tokenizer.Encode(token, addSpecial: false, parseSpecial: true).Length != 1);
            if (unknown is not null)
            {
                throw ExceptionFactory.Generation("grammar_invalid", $"The grammar names {unknown}, which is not one token of this model", "Name a token that the model has, or write the text in quotation marks.");
            }
        }
        catch (GrammarException e)
        {
            throw ExceptionFactory.Generation("grammar_invalid", $"The grammar cannot be used. {e.Message}", "Check it against llama.cpp's grammars/README.md; the start symbol is root.");
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
