using LocalInference.Cli.Terminal;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary>Shows a training: one line that is written over if a person watches, else a line every few seconds.</summary>
internal sealed class TrainView(CliTerminal terminal, TimeProvider time) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private long? _shown;

    /// <summary>Says what of a file is not learned, or not whole.</summary>
    public void Read(string file, DatasetReport report)
    {
        int cut = report.IssueCounts.GetValueOrDefault(DatasetIssueKind.Truncated);
        if (report.Dropped + cut > 0)
        {
            terminal.Error.WriteLine($"{Path.GetFileName(file)}: {report.Dropped} of {report.Records} entries left out, {cut} cut; `localinference dataset check` says why.");
        }
    }

    public void Begin(TrainingEstimate estimate, TimeSpan duration, int samples, int validation) => terminal.Error.WriteLine(
        $"{samples} samples{(validation > 0 ? $", {validation} to measure on" : "")}, {estimate.Tokens} tokens in {estimate.Steps} steps; {estimate.TrainedParameters} parameters; about {Mebibytes(estimate.TotalBytes)} MiB of {Mebibytes(estimate.AvailableBytes)} MiB free and {Duration(duration)}{(estimate.Checkpointing ? ", layers computed twice to save memory" : "")}");

    public void Report(TrainingProgress value)
    {
        bool isLast = value.Step == value.Steps;
        if (!terminal.ErrorIsTerminal && !isLast && value.ValidationLoss is null && _shown is { } shown && time.GetElapsedTime(shown) < s_interval)
        {
            return;
        }

        _shown = time.GetTimestamp();
        string validation = value.ValidationLoss is { } loss ? $"  validation {loss:F4} (perplexity {Math.Exp(loss):F2})" : "";
        string line = $"step {value.Step}/{value.Steps}  loss {value.Loss:F4}{validation}  {value.TokensPerSecond:F0} tokens/s  {Mebibytes(value.ResidentBytes)} MiB  {Duration(value.Remaining)} left";
        if (terminal.ErrorIsTerminal)
        {
            // An evaluation's line stays.
            terminal.Error.Write($"\r\e[K{line}{(isLast || value.ValidationLoss is not null ? "\n" : "")}");
        }
        else
        {
            terminal.Error.WriteLine(line);
        }

        terminal.Error.Flush();
    }

    public void End(TrainingResult result, TrainingMode mode, string model)
    {
        if (result.CutSamples > 0)
        {
            terminal.Error.WriteLine($"{result.CutSamples} samples were longer than --max-length and have been cut.");
        }

        if (result.LeftOutSamples > 0)
        {
            terminal.Error.WriteLine($"{result.LeftOutSamples} samples had nothing to learn and were left out.");
        }

        terminal.Out.WriteLine(result.Path);
        terminal.Error.WriteLine($"Try it: localinference run {(mode == TrainingMode.Full ? result.Path : $"{model} --adapter {result.Path}")}");
    }

    private static string Mebibytes(long bytes) => (bytes >> 20).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{time.Seconds} s";
}
