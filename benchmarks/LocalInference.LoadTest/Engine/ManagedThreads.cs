using System.Globalization;

namespace LocalInference.LoadTest.Engine;

/// <summary>
/// CPU time of the runtime's own threads: pool, timers and garbage collection, which is where tokens are read. The engine's
/// thread, and those of ggml that it starts, have other names.
/// </summary>
internal static class ManagedThreads
{
    private const double NanosecondsPerMillisecond = 1e6;

    /// <summary>Milliseconds so far; <see langword="null"/>: the system does not say (proc(5), <c>schedstat</c>).</summary>
    /// <param name="processId">Whose; <see langword="null"/>: this process's.</param>
    public static double? CpuMilliseconds(int? processId = null)
    {
        string threads = $"/proc/{(processId is { } id ? $"{id}" : "self")}/task";
        if (!Directory.Exists(threads))
        {
            return null;
        }

        double sum = 0;
        foreach (string thread in Directory.EnumerateDirectories(threads))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(".NET", StringComparison.Ordinal))
                {
                    string spent = File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0];
                    sum += long.Parse(spent, CultureInfo.InvariantCulture) / NanosecondsPerMillisecond;
                }
            }
            catch (IOException)
            {
                // The thread has ended since it was listed.
            }
        }

        return sum;
    }
}
