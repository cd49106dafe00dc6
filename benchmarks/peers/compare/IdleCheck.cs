using System.Globalization;

namespace LocalInference.Compare;

/// <summary>
/// Whether other programs compute. ggml's threads wait for each other by spinning, so one busy core beside them costs most of
/// the speed, and differently on either side: such figures are worthless.
/// </summary>
internal static class IdleCheck
{
    // The share of one core above which a machine counts as busy: a desktop at rest stays under a tenth.
    private const double MostBusyCores = 0.15;

    private const int Steal = 7;

    private static readonly TimeSpan s_sample = TimeSpan.FromSeconds(1);

    /// <summary>How many cores others keep busy, over one second; <see langword="null"/> where the system does not say.</summary>
    public static async Task<double?> BusyCoresAsync()
    {
        if (Read() is not { } before)
        {
            return null;
        }

        await Task.Delay(s_sample).ConfigureAwait(false);
        (long busy, long total) = Read()!.Value;
        return total == before.Total ? 0 : (double)(busy - before.Busy) / (total - before.Total) * Environment.ProcessorCount;
    }

    /// <summary>Whether so much load spoils a measurement.</summary>
    public static bool IsBusy(double? busyCores) => busyCores > MostBusyCores;

    /// <summary>Ticks since boot, busy and in all, from the first line of <c>/proc/stat</c> (proc(5)).</summary>
    private static (long Busy, long Total) Parse(string line)
    {
        // cpu user nice system idle iowait irq softirq steal guest guest_nice; the guests are in user and nice already.
        // Steal is time that another machine on the same host had: others' work as well.
        long[] ticks = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..(Steal + 2)].Select(static field => long.Parse(field, CultureInfo.InvariantCulture))];
        long total = ticks.Sum();
        return (total - ticks[3] - ticks[4], total);
    }

    private static (long Busy, long Total)? Read() => File.Exists("/proc/stat") ? Parse(File.ReadLines("/proc/stat").First()) : null;
}
