using System.Globalization;

namespace LocalInference.TrainingSpeed;

/// <summary>All sides in turns, because a shared machine drifts, and the bars.</summary>
internal static class Comparison
{
    private const double F32Bar = 1.2;
    private const double Bf16Bar = 0.5;
    private const double EstimateBar = 0.1;

    /// <summary>Whether every bar was met.</summary>
    public static async Task<bool> RunAsync(Settings settings, int rounds, string python, double? mostGigabytes, CancellationToken cancellationToken)
    {
        Contestant own = Contestant.Own(settings);
        Contestant single = Contestant.PyTorch(settings, python, bf16: false);
        Contestant half = Contestant.PyTorch(settings, python, bf16: true);
        Contestant[] all = rounds > 0 ? [own, single, half] : [own];
        for (int round = 0; round < Math.Max(1, rounds); round++)
        {
            foreach (Contestant contestant in all)
            {
                await contestant.TakeTurnAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (Contestant contestant in all)
        {
            Write($"{contestant.Name,-15} {settings.Tokens / contestant.StepSeconds,8:F1} tokens/s {contestant.PeakBytes / 1e9,8:F2} GB resident");
        }

        bool met = Report("estimate off by", Math.Abs((own.EstimatedBytes!.Value / (double)own.PeakBytes) - 1), EstimateBar, isLeast: false);
        if (mostGigabytes is { } most)
        {
            met &= Report("gigabytes", own.PeakBytes / 1e9, most, isLeast: false);
        }

        if (rounds > 0)
        {
            met &= Report("against F32", single.StepSeconds / own.StepSeconds, F32Bar, isLeast: true);
            met &= Report("against BF16", half.StepSeconds / own.StepSeconds, Bf16Bar, isLeast: true);
        }

        return met;
    }

    private static bool Report(string what, double value, double bar, bool isLeast)
    {
        Write($"{what,-15} {value,8:F3} (bar: {(isLeast ? "≥" : "≤")} {bar:F2})");
        return isLeast ? value >= bar : value <= bar;
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
