using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;
using LocalInference.Training;
using Spectre.Console;

namespace LocalInference.Cli.Datasets;

/// <summary>Makes samples, with a progress bar on standard error if a person watches it, and says what came of it.</summary>
internal sealed class SynthesisWork(CliServices services, SynthesisSettings settings, LocalModelOptions modelOptions, string? settingsFile)
{
    /// <returns>Whether the output has samples.</returns>
    public async Task<bool> RunAsync(string seedFile, string output, CancellationToken cancellationToken)
    {
        IReadOnlyList<SynthesisSeed> seeds = SynthesisSeed.ReadAll(seedFile);
        SynthesisModel model = await SynthesisModel.OpenAsync(services, settings.Model, modelOptions, settingsFile, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            if (settings.Judge is null || settings.Judge == settings.Model)
            {
                return await MakeAsync(model, settings.Judge is null ? null : model, seeds, output, cancellationToken).ConfigureAwait(false);
            }

            SynthesisModel judge = await SynthesisModel.OpenAsync(services, settings.Judge, new LocalModelOptions(), settingsFile, cancellationToken).ConfigureAwait(false);
            await using (judge.ConfigureAwait(false))
            {
                return await MakeAsync(model, judge, seeds, output, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> MakeAsync(SynthesisModel model, SynthesisModel? judge, IReadOnlyList<SynthesisSeed> seeds, string output, CancellationToken cancellationToken)
    {
        SynthesisOptions options = settings.Options with { Judge = judge is null ? null : Judge(judge) };
        SynthesisReport? report = null;
        await TransientBar.RunAsync(
            services.Terminal,
            "Making samples",
            async task => report = await DatasetSynthesizer.SynthesizeAsync(model.Client, seeds, options, output, task is null ? null : new Bar(task), cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        Tell(report!, output);
        return report!.Made > 0;
    }

    private SynthesisJudge Judge(SynthesisModel model)
    {
        SynthesisJudge judge = new(model.Client);
        return judge with { Criterion = settings.Criterion ?? judge.Criterion, LeastScore = settings.LeastScore ?? judge.LeastScore };
    }

    private void Tell(SynthesisReport report, string output)
    {
        string resumed = report.Resumed > 0 ? $", {report.Resumed} of them from before" : "";
        services.Terminal.Out.WriteLine($"wrote {output}: {Counts(report)}{resumed}");
        if (report.Failed > 0)
        {
            services.Terminal.Error.WriteLine($"{report.Failed} answers were cut or no samples. The same command asks for them again, also with a larger --max-tokens.");
        }
    }

    private static string Counts(SynthesisReport report) => $"{report.Made} of {report.Total} samples, {report.Refused} refused, {report.Duplicates} duplicates, {report.Failed} failed";

    // Progress<T> would post to the pool, and a late report would draw a bar that has been cleared.
    private sealed class Bar(ProgressTask task) : IProgress<SynthesisReport>
    {
        public void Report(SynthesisReport value)
        {
            task.Description = Markup.Escape($"{value.Made} made, {value.Refused} refused, {value.Duplicates} duplicates, {value.Failed} failed");
            task.MaxValue = value.Total;
            task.Value = value.Completed;
        }
    }
}
