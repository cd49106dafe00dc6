using Spectre.Console;

namespace LocalInference.Cli.Terminal;

/// <summary>Standard input, output and error, and which of them a person is looking at.</summary>
internal sealed class CliTerminal
{
    // What Spectre assumes when nobody tells it, and what a pager shows.
    private const int DefaultWidth = 80;

    public required TextReader In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public bool InIsTerminal { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Keys of the person at the terminal; asked only when <see cref="InIsTerminal"/>.</summary>
    public required IKeySource Keys { get; init; }

    /// <summary>Columns of the window now.</summary>
    public Func<int> Width { get; init; } = static () => DefaultWidth;

    /// <summary>Tables and colours on standard output.</summary>
    public IAnsiConsole CreateOutConsole() => CreateConsole(Out, OutIsTerminal);

    /// <summary>Progress bars on standard error, which leave standard output to the answer.</summary>
    public IAnsiConsole CreateErrorConsole() => CreateConsole(Error, ErrorIsTerminal);

    private IAnsiConsole CreateConsole(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = Math.Max(20, Width());
        return console;
    }
}
