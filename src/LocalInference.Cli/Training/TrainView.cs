using LocalInference.Cli.Datasets;
using LocalInference.Cli.Terminal;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary>Shows a training: one line that is written over if a person watches, else a line every few seconds.</summary>
internal sealed class TrainView(CliTerminal terminal, TimeProvider time) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private long? _shown;

    /// <summary>Says what is wrong with a file, and what of it is not learned, or not whole.</summary>
    public void Read(string file, DatasetReport report, DatasetFixes fixes)
    {
        if (report.IssueCounts.Count > 0)
        {
            bool cuts = report.IssueCounts.ContainsKey(DatasetIssueKind.Truncated) && !fixes.HasFlag(DatasetFixes.DropTruncated);
            terminal.Error.WriteLine($"{Path.GetFileName(file)}, {DatasetView.Summary(report)}{(cuts ? ", what is too long is cut" : "")}. `localinference dataset check FILE --model MODEL` lists them.");
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

    public void End(TrainingResult result, TrainingOptions options, string model)
    {
        if (options.Backward == BackwardPrecision.Auto && result.Backward == BackwardPrecision.BF16)
        {
            terminal.Error.WriteLine("Gradients went back through matrices in BF16: rounded to Q8_0, they pointed elsewhere than the exact ones, or there was no memory to compare them.");
        }

        if (result.CutSamples > 0)
        {
            terminal.Error.WriteLine($"{result.CutSamples} samples were longer than --max-length and have been cut.");
        }

        if (result.LeftOutSamples > 0)
        {
            terminal.Error.WriteLine($"{result.LeftOutSamples} samples had nothing to learn and were left out.");
        }

        terminal.Out.WriteLine(result.Path);
        terminal.Error.WriteLine($"Try it: localinference run {(options.Mode == TrainingMode.Full ? result.Path : $"{model} --adapter {result.Path}")}");
    }

    private static string Mebibytes(long bytes) => (bytes >> 20).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{time.Seconds} s";
}
