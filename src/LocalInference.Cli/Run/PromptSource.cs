using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Run;

/// <summary>
/// The prompt of the command line and of standard input. Both together are joined as Ollama joins them: what was piped in,
/// a space, the argument.
/// </summary>
internal static class PromptSource
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public static async Task<string> ReadAsync(CliServices services, string argument, CancellationToken cancellationToken)
    {
        if (services.Terminal.InIsTerminal)
        {
            return argument;
        }

        string piped = await ReadToEndAsync(services, cancellationToken).ConfigureAwait(false);
        return piped.Length == 0 ? argument : argument.Length == 0 ? piped : $"{piped} {argument}";
    }

    private static async Task<string> ReadToEndAsync(CliServices services, CancellationToken cancellationToken)
    {
        // Reading a pipe cannot be cancelled everywhere, so the read is left behind when Ctrl-C is pressed.
        Task<string> reading = Task.Run(() => services.Terminal.In.ReadToEnd(), CancellationToken.None);
        try
        {
            return await reading.WaitAsync(s_patience, services.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A parent that lets its own input be inherited and never closes it looks like a program that hangs.
            await services.Terminal.Error.WriteLineAsync("Waiting for the end of standard input; use </dev/null if nothing is to be read from it.").ConfigureAwait(false);
            await services.Terminal.Error.FlushAsync(cancellationToken).ConfigureAwait(false);
            return await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
