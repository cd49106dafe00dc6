using LocalInference.Cli.Terminal;
using Spectre.Console;

namespace LocalInference.Cli.Conversion;

/// <summary>Runs a conversion with a progress bar on standard error if a person watches it, and says what came of it.</summary>
internal static class ConversionWork
{
    public static async Task RunAsync(CliTerminal terminal, string title, string output, Func<IProgress<ConversionProgress>?, Task> work)
    {
        await TransientBar.RunAsync(terminal, title, task => work(task is null ? null : new Bar(task))).ConfigureAwait(false);
        terminal.Out.WriteLine($"wrote {output} ({Quantity.Bytes(new FileInfo(output).Length)})");
    }

    // Progress<T> would post to the pool, and a late report would draw a bar that has been cleared.
    private sealed class Bar(ProgressTask task) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value)
        {
            task.MaxValue = value.Total;
            task.Value = value.Completed;
        }
    }
}
