using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Embed;

/// <summary>The texts of a command: those on the command line, or else the lines of standard input.</summary>
internal static class TextArguments
{
    /// <summary>Reads them. Empty lines of standard input are no texts.</summary>
    /// <exception cref="CliException">There are none, and a person at the terminal would wait for nothing.</exception>
    public static async Task<string[]> ReadAsync(CliServices services, string[] arguments, string name, CancellationToken cancellationToken)
    {
        if (arguments.Length > 0)
        {
            return arguments;
        }

        if (services.Terminal.InIsTerminal)
        {
            throw CliException.Usage($"There is no {name}.", $"Give at least one {name}, or lines on standard input.");
        }

        List<string> lines = [];
        while (await services.Terminal.In.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0)
            {
                lines.Add(line);
            }
        }

        return [.. lines];
    }
}
