using System.Globalization;

namespace LocalInference.TrainingSpeed;

/// <summary>All sides in turns, because a shared machine drifts, and the bars.</summary>
internal static class Comparison
{
    private const double F32Bar = 1.2;
    private const double Bf16Bar = 0.5;
    private const double EstimateBar = 0.1;

    /// <summary>Whether every bar was met.</summary>
    /// <exception cref="InvalidOperationException">A side cannot be measured.</exception>
    public static async Task<bool> RunAsync(Settings settings, int rounds, string? python, double? mostGigabytes, CancellationToken cancellationToken)
    {
        Contestant own = Contestant.Own(settings);
        Contestant[] others = rounds > 0 ? await PyTorchAsync(settings, python, cancellationToken).ConfigureAwait(false) : [];
        Contestant[] all = [own, .. others];
        for (int round = 1; round <= Math.Max(1, rounds); round++)
        {
            foreach (Contestant contestant in all)
            {
                TurnResult turn = await contestant.TakeTurnAsync(cancellationToken).ConfigureAwait(false);
                Write($"{contestant.Name,-15} turn {round}", settings, turn.StepSeconds, turn.PeakBytes);
            }
        }

        foreach (Contestant contestant in all)
        {
            Write($"{contestant.Name,-15} in all", settings, contestant.StepSeconds, contestant.PeakBytes);
        }

        bool met = Report("estimate off by", Math.Abs((own.EstimatedBytes!.Value / (double)own.PeakBytes) - 1), EstimateBar, isLeast: false);
        if (mostGigabytes is { } most)
        {
            met &= Report("gigabytes", own.PeakBytes / 1e9, most, isLeast: false);
        }

        if (others is [Contestant single, Contestant half])
        {
            met &= Report("against F32", single.StepSeconds / own.StepSeconds, F32Bar, isLeast: true);
            met &= Report("against BF16", half.StepSeconds / own.StepSeconds, Bf16Bar, isLeast: true);
        }

        return met;
    }

    // In F32 and in BF16.
    private static async Task<Contestant[]> PyTorchAsync(Settings settings, string? python, CancellationToken cancellationToken)
    {
        string found = await PythonFinder.FindAsync(python, cancellationToken).ConfigureAwait(false);
        return [Contestant.PyTorch(settings, found, bf16: false), Contestant.PyTorch(settings, found, bf16: true)];
    }

    private static bool Report(string what, double value, double bar, bool isLeast)
    {
        Write($"{what,-15} {value,8:F3} (bar: {(isLeast ? "≥" : "≤")} {bar:F2})");
        return isLeast ? value >= bar : value <= bar;
    }

    private static void Write(string what, Settings settings, double stepSeconds, long peakBytes) =>
        Write($"{what,-22} {settings.Tokens / stepSeconds,8:F1} tokens/s {peakBytes / 1e9,8:F2} GB resident");

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
