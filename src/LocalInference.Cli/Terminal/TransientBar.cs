using Spectre.Console;

namespace LocalInference.Cli.Terminal;

/// <summary>A progress bar on standard error that goes when the work is done.</summary>
internal static class TransientBar
{
    /// <summary>Does the work under a bar, or under none where no person watches.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="title">What is done.</param>
    /// <param name="work">Gets the bar, or <see langword="null"/>.</param>
    public static Task RunAsync(CliTerminal terminal, string title, Func<ProgressTask?, Task> work) => !terminal.ErrorIsTerminal
        ? work(null)
        : terminal.CreateErrorConsole()
            .Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(context.AddTask(title)));
}
