using System.CommandLine;
using System.CommandLine.Parsing;
using LocalInference.Cli.Bench;
using LocalInference.Cli.Catalogue;
using LocalInference.Cli.Conversion;
using LocalInference.Cli.Datasets;
using LocalInference.Cli.Doctor;
using LocalInference.Cli.Embed;
using LocalInference.Cli.Evaluation;
using LocalInference.Cli.Grammar;
using LocalInference.Cli.Inspect;
using LocalInference.Cli.Parse;
using LocalInference.Cli.Run;
using LocalInference.Cli.Serve;
using LocalInference.Cli.Store;
using LocalInference.Cli.Template;
using LocalInference.Cli.Tokenize;
using LocalInference.Cli.Training;
using LocalInference.Cli.Usage;

namespace LocalInference.Cli.CommandLine;

/// <summary>The whole command line: parses, runs a command, and turns failures into messages and exit codes.</summary>
internal static class CliApplication
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliServices services)
    {
        using CancellationTokenSource interrupted = new();
        try
        {
            using IDisposable subscription = services.Interrupts.Subscribe(interrupted.Cancel);
            return await RunAsync(arguments, services, interrupted.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The last line of defence: every failure becomes a message and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            FailureReport report = FailureReport.Of(e);
            report.WriteTo(services.Terminal.Error);
            return report.ExitCode;
        }
    }

    internal static RootCommand CreateRootCommand(CliServices services) => new("Runs GGUF language models on this machine, on llama.cpp: in this process, or in a server of ours that runs.")
    {
        RunCommand.Create(services),
        ServeCommand.Create(services),
        InspectCommand.Create(services),
        TokenizeCommand.Create(services),
        EmbedCommand.Create(services),
        RerankCommand.Create(services),
        GrammarCommand.Create(services),
        TemplateCommand.Create(services),
        ParseCommand.Create(services),
        BenchCommand.Create(services),
        PullCommand.Create(services),
        PushCommand.Create(services),
        ListCommand.Create(services),
        ModelsCommand.Create(services),
        ShowCommand.Create(services),
        CreateCommand.Create(services),
        CopyCommand.Create(services),
        RemoveCommand.Create(services),
        VerifyCommand.Create(services),
        ProcessesCommand.Create(services),
        StopCommand.Create(services),
        QuantizeCommand.Create(services),
        MergeCommand.Create(services),
        DatasetCommand.Create(services),
        TrainCommand.Create(services),
        EvalCommand.Create(services),
        UsageCommand.Create(services),
        DoctorCommand.Create(services),
    };

    private static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliServices services, CancellationToken cancellationToken)
    {
        RootCommand root = CreateRootCommand(services);

        // Response files would turn a prompt that starts with @ into a file name.
        ParseResult result = root.Parse(ThinkOption.Complete(arguments), new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (FindUsageError(result) is { } error)
        {
            string name = result.CommandResult.Command is RootCommand ? "" : $"{result.CommandResult.Command.Name} ";
            throw CliException.Usage(error, $"Run `localinference {name}--help` for what it takes.");
        }

        InvocationConfiguration invocation = new()
        {
            Output = services.Terminal.Out,
            Error = services.Terminal.Error,
            EnableDefaultExceptionHandler = false,

            // Ctrl-C is ours: in an interactive session it stops the answer, not the program.
            ProcessTerminationTimeout = null,
        };
        int exitCode = await result.InvokeAsync(invocation, cancellationToken).ConfigureAwait(false);
        await services.Terminal.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
        return exitCode;
    }

    // A mistyped option shifts the words behind it, so it is named before what that leads to.
    private static string? FindUsageError(ParseResult result) => FindUnknownOption(result) is { } option
        ? $"There is no option {option}."
        : result.Errors.Count > 0 ? result.Errors[0].Message : null;

    // The parser takes an option that it does not know for a word of an argument, such as of the prompt.
    private static string? FindUnknownOption(ParseResult result)
    {
        HashSet<Token> words = new(result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(static a => a.Tokens), ReferenceEqualityComparer.Instance);
        return result.Tokens
            .TakeWhile(static token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => words.Contains(token) && token.Value.Length > 1 && token.Value[0] == '-' && !token.Value.Any(char.IsWhiteSpace))
            ?.Value;
    }
}
