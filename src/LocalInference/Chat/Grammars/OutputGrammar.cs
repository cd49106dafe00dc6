using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference;

/// <summary>The grammar of an output format.</summary>
internal static class OutputGrammar
{
    /// <returns>GBNF that parses.</returns>
    /// <exception cref="GenerationException">The format cannot be written as a grammar.</exception>
    public static string Of(OutputFormat format)
    {
        switch (format)
        {
            case JsonSchemaOutput schema:
                return Try("schema_invalid", "The JSON schema cannot be used", () => JsonSchemaGrammar.Create(schema.Schema, new JsonSchemaGrammarOptions { Strict = schema.Strict }));
            case GrammarOutput { Grammar: var grammar }:
                return Try("grammar_invalid", "The grammar cannot be used", () =>
                {
                    GbnfGrammar.Parse(grammar);
                    return grammar;
                });
            case ChoiceOutput { Choices: var choices }:
                return Try("choices_invalid", "The choices cannot be used", () => ChoiceGrammar.Create(choices));
            case RegexOutput { Pattern: var pattern }:
                return Try("regex_invalid", "The regular expression cannot be used", () => RegexGrammar.Create(pattern));
            default:
                return JsonSchemaGrammar.AnyObject;
        }
    }

    private static string Try(string code, string what, Func<string> write)
    {
        try
        {
            return write();
        }
        catch (GrammarException e)
        {
            throw ExceptionFactory.Generation(code, $"{what}: {e.Message}", "Change what the message names, or leave it out.");
        }
    }
}
