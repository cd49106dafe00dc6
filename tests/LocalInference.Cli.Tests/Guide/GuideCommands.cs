using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Terminal;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>Compares what answers tell people to type with the command line that there is.</summary>
internal sealed class GuideCommands
{
    private const string Program = "localinference";

    private static readonly char[] s_ends = [' ', '=', '"'];

    private readonly RootCommand _root = CliApplication.CreateRootCommand(new CliServices
    {
        Terminal = new CliTerminal
        {
            In = TextReader.Null,
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            InIsTerminal = false,
            OutIsTerminal = false,
            ErrorIsTerminal = false,
            Keys = new FakeKeySource(),
        },
        Models = new EngineModelLoader(static () => ModelStore.Open()),
        Interrupts = new Interrupts(),
        Diagnose = static () => CliHarness.Works,
        MeasureBandwidth = static _ => null,
        DescribeMachine = static () => throw new NotSupportedException(),
    });

    /// <summary>What is wrong with a piece of code from an answer; <see langword="null"/> if nothing is, or if it is something else than a command.</summary>
    public string? FindFault(string code)
    {
        string[] words = code.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            [Program, var verb, ..] when !verb.StartsWith('-') => FindFault(verb, words),
            [var option, ..] when IsOption(option) && !_root.Subcommands.Any(command => Takes(command, option) || command.Subcommands.Any(inner => Takes(inner, option))) => $"no command takes {option}",
            _ => null,
        };
    }

    private static bool IsOption(string word) => word.Length > 2 && word.StartsWith("--", StringComparison.Ordinal);

    private static bool Takes(Command command, string option)
    {
        string name = option.Split(s_ends, 2)[0];
        return name is "--help" || command.Options.Any(candidate => candidate.Name == name || candidate.Aliases.Contains(name));
    }

    private string? FindFault(string verb, string[] words)
    {
        Command? command = _root.Subcommands.FirstOrDefault(candidate => candidate.Name == verb || candidate.Aliases.Contains(verb));

        // `models recommend` has options of its own.
        command = command?.Subcommands.FirstOrDefault(candidate => words.Length > 2 && candidate.Name == words[2]) ?? command;
        return command is null
            ? $"there is no command {verb}"
            : words.TakeWhile(static word => word is not "--").FirstOrDefault(word => IsOption(word) && !Takes(command, word)) is { } option ? $"{verb} has no option {option}" : null;
    }
}
