using System.Diagnostics;
using System.Globalization;
using LocalInference.Compare;

namespace LocalInference.LoadTest.Storm;

/// <summary>
/// Watches how much memory a process has, twice a second; of this very process now and then also what is left of the managed heap when all
/// of it was collected, which swings far less.
/// </summary>
internal sealed class MemoryWatch(int processId)
{
    // In the first part caches fill and code is compiled; between the other two only a leak grows. What the collector's heap and the
    // allocator's arenas swing by was up to some 30 MiB.
    private const double MostGrowth = 1.10;
    private const double Slack = 48;
    private const double BytesPerMebibyte = 1 << 20;

    // The responses that are kept are far from as many as they may be within a minute.
    private const double HeapSlack = 16;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    // Each collection holds everybody up.
    private static readonly TimeSpan s_heapInterval = TimeSpan.FromSeconds(4);

    private readonly List<double> _samples = [];
    private readonly List<double> _heap = [];

    /// <summary>MiB at the middle of each third of the time.</summary>
    public (double First, double Second, double Third) Thirds => ThirdsOf(_samples);

    /// <summary>What is wrong with it; <see langword="null"/>: it is flat.</summary>
    public string? Problem => GrowthOf("memory", _samples, Slack) ?? GrowthOf("what is left of the heap", _heap, HeapSlack);

    public async Task RunAsync(CancellationToken over)
    {
        using Process process = Process.GetProcessById(processId);
        long collected = Stopwatch.GetTimestamp();
        while (!over.IsCancellationRequested)
        {
            process.Refresh();
            _samples.Add(process.WorkingSet64 / BytesPerMebibyte);
            if (processId == Environment.ProcessId && Stopwatch.GetElapsedTime(collected) >= s_heapInterval)
            {
                _heap.Add(GC.GetTotalMemory(forceFullCollection: true) / BytesPerMebibyte);
                collected = Stopwatch.GetTimestamp();
            }

            await Task.Delay(s_interval, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string? GrowthOf(string what, List<double> samples, double slack)
    {
        (_, double second, double third) = ThirdsOf(samples);
        return third > (second * MostGrowth) + slack
            ? string.Create(CultureInfo.InvariantCulture, $"{what} grew from {second:0} to {third:0} MiB")
            : null;
    }

    private static (double First, double Second, double Third) ThirdsOf(List<double> samples)
    {
        int third = Math.Max(1, samples.Count / 3);
        return (Middle(0, third), Middle(third, third), Middle(2 * third, third));

        double Middle(int start, int count) => Statistics.Median([.. samples.Skip(start).Take(count).DefaultIfEmpty(0)]);
    }
}
