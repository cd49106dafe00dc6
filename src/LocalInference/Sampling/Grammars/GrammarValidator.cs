using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// Refuses GBNF that does not parse, names tokens that the model does not have, or exceeds what llama.cpp can take; see
/// <see cref="GbnfGrammar"/>. What it accepts is compiled for the engine.
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

        tokenizer.Grammars.Get(grammar);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
