using System.Globalization;

namespace LocalInference.LoadTest.Engine;

/// <summary>
/// CPU time of the runtime's own threads: pool, timers and garbage collection, which is where tokens are read. The engine's
/// thread, and those of ggml that it starts, have other names.
/// </summary>
internal static class ManagedThreads
{
    private const double NanosecondsPerMillisecond = 1e6;

    // What proc(5) counts a process's time in: USER_HZ, which is 100 on every architecture that .NET runs on.
    private const double MillisecondsPerTick = 10;

    // Where a line of /proc/PID/stat has utime, counted from behind the name, which may hold blanks.
    private const int UserTime = 11;

    /// <summary>Milliseconds so far, to 10 of them; <see langword="null"/>: the system does not say (proc(5)).</summary>
    /// <param name="processId">Whose; <see langword="null"/>: this process's.</param>
    /// <remarks>
    /// The whole process's time less that of the other threads: threads of the pool come and go, and take what they used out of
    /// the list of threads with them. A thread of another kind that ends therefore counts as the runtime's, never the other way round.
    /// </remarks>
    public static double? CpuMilliseconds(int? processId = null)
    {
        string process = $"/proc/{(processId is { } id ? $"{id}" : "self")}";
        if (!Directory.Exists(process))
        {
            return null;
        }

        double others = Directory.EnumerateDirectories(Path.Combine(process, "task")).Sum(OfAnother);
        string stat = File.ReadAllText(Path.Combine(process, "stat"));
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double whole = (Parse(fields[UserTime]) + Parse(fields[UserTime + 1])) * MillisecondsPerTick;
        return whole - others;
    }

    // What a thread used that is none of the runtime's.
    private static double OfAnother(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(".NET", StringComparison.Ordinal)
                ? 0
                : Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0]) / NanosecondsPerMillisecond;
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return 0;
        }
    }

    private static long Parse(string number) => long.Parse(number, CultureInfo.InvariantCulture);
}
