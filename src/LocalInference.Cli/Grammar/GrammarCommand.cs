using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Text;

namespace LocalInference.Cli.Grammar;

/// <summary><c>grammar</c>: a JSON schema, a regular expression or a list of texts as GBNF.</summary>
internal static class GrammarCommand
{
    private const string NextStep = "Run `localinference grammar --help` for what it takes.";

    public static Command Create(CliServices services)
    {
        Option<string?> schema = new("--schema") { Description = "Path of a JSON schema.", HelpName = "FILE" };
        Option<string?> regex = new("--regex") { Description = "A regular expression that the whole text has to match.", HelpName = "EXPRESSION" };
        Option<string?> choices = new("--choices") { Description = "The texts to choose from, with commas between them.", HelpName = "A,B,…" };
        Option<bool> strict = new("--strict") { Description = "Refuse what a grammar cannot keep of a schema, instead of leaving it out." };
        Command command = new("grammar", "Prints a JSON schema, a regular expression or a list of texts as a GBNF grammar.") { schema, regex, choices, strict };
        command.SetAction(async (result, cancellationToken) =>
        {
            string? file = result.GetValue(schema);
            string? expression = result.GetValue(regex);
            string? list = result.GetValue(choices);
            if (new[] { file, expression, list }.Count(static source => source is not null) != 1)
            {
                throw CliException.Usage("grammar takes exactly one of --schema, --regex and --choices.", NextStep);
            }

            if (result.GetValue(strict) && file is null)
            {
                throw CliException.Usage("--strict is about schemas.", NextStep);
            }

            string grammar = file is not null
                ? JsonSchemaGrammar.Create(await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false), new JsonSchemaGrammarOptions { Strict = result.GetValue(strict) })
                : expression is not null ? RegexGrammar.Create(expression) : ChoiceGrammar.Create(list!.Split(','));
            services.Terminal.Out.Write(grammar);
            return ExitCode.Success;
        });
        return command;
    }
}
