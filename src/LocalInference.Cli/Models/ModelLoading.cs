using LocalInference.Cli.CommandLine;
using Spectre.Console;

namespace LocalInference.Cli.Models;

/// <summary>Loads a model for a command: with a progress bar on standard error if a person watches it.</summary>
internal static class ModelLoading
{
    public static async Task<ILoadedModel> LoadAsync(CliServices services, string path, LocalModelOptions options, CancellationToken cancellationToken)
    {
        if (!services.Terminal.ErrorIsTerminal)
        {
            return await services.Models.LoadAsync(path, options, progress: null, cancellationToken).ConfigureAwait(false);
        }

        return await services.Terminal.CreateErrorConsole()
            .Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("Loading", maxValue: 1);
                return await services.Models.LoadAsync(path, options, new BarProgress(bar), cancellationToken).ConfigureAwait(false);
            })
            .ConfigureAwait(false);
    }

    // Progress<T> would post to the pool, and a late report would draw a bar that has been cleared.
    private sealed class BarProgress(ProgressTask bar) : IProgress<ModelLoadProgress>
    {
        public void Report(ModelLoadProgress value) => bar.Value = value.Fraction;
    }
}
