using System.Diagnostics;
using System.Globalization;
using LocalInference.Compare;

namespace LocalInference.LoadTest.Storm;

/// <summary>Watches how much memory a process has, twice a second.</summary>
internal sealed class MemoryWatch(int processId)
{
    // In the first part caches fill and code is compiled; between the other two only a leak grows. What the collector's heap and the
    // allocator's arenas swing by was up to some 30 MiB.
    private const double MostGrowth = 1.10;
    private const double Slack = 48;
    private const double BytesPerMebibyte = 1 << 20;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    private readonly List<double> _samples = [];

    /// <summary>MiB at the middle of each third of the time.</summary>
    public (double First, double Second, double Third) Thirds
    {
        get
        {
            int third = Math.Max(1, _samples.Count / 3);
            return (Middle(0, third), Middle(third, third), Middle(2 * third, third));

            double Middle(int start, int count) => Statistics.Median([.. _samples.Skip(start).Take(count).DefaultIfEmpty(0)]);
        }
    }

    /// <summary>What is wrong with it; <see langword="null"/>: it is flat.</summary>
    public string? Problem
    {
        get
        {
            (_, double second, double third) = Thirds;
            return third > (second * MostGrowth) + Slack
                ? string.Create(CultureInfo.InvariantCulture, $"memory grew from {second:0} to {third:0} MiB")
                : null;
        }
    }

    public async Task RunAsync(CancellationToken over)
    {
        using Process process = Process.GetProcessById(processId);
        while (!over.IsCancellationRequested)
        {
            process.Refresh();
            _samples.Add(process.WorkingSet64 / BytesPerMebibyte);
            await Task.Delay(s_interval, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
