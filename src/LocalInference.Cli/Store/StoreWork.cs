using LocalInference.Abstractions;
using LocalInference.Cli.Terminal;
using Spectre.Console;

namespace LocalInference.Cli.Store;

/// <summary>Shows on standard error how far a store is: with bars to a person, line by line to a pipe or a file.</summary>
internal static class StoreWork
{
    public static async Task RunAsync(CliTerminal terminal, Func<IProgress<StoreProgress>, Task> work)
    {
        if (!terminal.ErrorIsTerminal)
        {
            await work(new Lines(terminal.Error)).ConfigureAwait(false);
            return;
        }

        await terminal.CreateErrorConsole()
            .Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new Bars(context)))
            .ConfigureAwait(false);
    }

    // Progress<T> would post to the pool, and reports would come late and out of order.
    private sealed class Lines(TextWriter error) : IProgress<StoreProgress>
    {
        private readonly Lock _gate = new();
        private string? _last;

        public void Report(StoreProgress value)
        {
            lock (_gate)
            {
                if (value.Status != _last)
                {
                    _last = value.Status;
                    error.WriteLine(PrintableText.OnOneLine(value.Status));
                }
            }
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<StoreProgress>
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, ProgressTask> _bars = new(StringComparer.Ordinal);

        public void Report(StoreProgress value)
        {
            lock (_gate)
            {
                if (!_bars.TryGetValue(value.Status, out ProgressTask? bar))
                {
                    bar = context.AddTask(Markup.Escape(PrintableText.OnOneLine(value.Status)), maxValue: 1);
                    _bars.Add(value.Status, bar);
                }

                // What is not counted is a step that is over when it is told.
                bar.MaxValue = value.Total is > 0 and { } total ? total : 1;
                bar.Value = value.Total is > 0 ? value.Completed ?? 0 : 1;
            }
        }
    }
}
