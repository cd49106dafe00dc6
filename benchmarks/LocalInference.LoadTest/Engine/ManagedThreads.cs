using System.Globalization;

namespace LocalInference.LoadTest.Engine;

/// <summary>
/// CPU time of the threads where tokens are read: the runtime's own, which are pool, timers and garbage collection, and the one that hands tokens
/// to their readers. The engine's thread, and those of ggml that it starts, have other names.
/// </summary>
internal sealed class ManagedThreads
{
    private const double NanosecondsPerMillisecond = 1e6;

    private const string Runtime = ".NET";

    // ggml's threads have the name of the thread that made them, which is the one that loads a model.
    private const string Loader = ".NET Long Run";

    private readonly string _folder;
    private readonly Dictionary<string, double> _before;

    private ManagedThreads(string folder)
    {
        _folder = folder;
        _before = Read(folder);
    }

    /// <summary>Begins to count; <see langword="null"/>: the system does not say (proc(5), <c>schedstat</c>).</summary>
    /// <param name="processId">Whose threads; <see langword="null"/>: this process's.</param>
    public static ManagedThreads? Begin(int? processId = null)
    {
        string folder = $"/proc/{(processId is { } id ? $"{id}" : "self")}/task";
        return Directory.Exists(folder) ? new ManagedThreads(folder) : null;
    }

    /// <summary>
    /// Milliseconds since then, of the threads that there are now. One that has ended since takes its time with it; the pool ends none
    /// that was not idle for 20 s.
    /// </summary>
    public double Spent() => Read(_folder).Sum(thread => thread.Value - _before.GetValueOrDefault(thread.Key));

    private static Dictionary<string, double> Read(string folder)
    {
        Dictionary<string, double> times = new(StringComparer.Ordinal);
        foreach (string thread in Directory.EnumerateDirectories(folder))
        {
            try
            {
                string name = File.ReadAllText(Path.Combine(thread, "comm"));
                if ((name.StartsWith(Runtime, StringComparison.Ordinal) && !name.StartsWith(Loader, StringComparison.Ordinal)) || name.StartsWith(TokenDelivery.ThreadName, StringComparison.Ordinal))
                {
                    string spent = File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0];
                    times[thread] = long.Parse(spent, CultureInfo.InvariantCulture) / NanosecondsPerMillisecond;
                }
            }
            catch (IOException)
            {
                // The thread has ended since it was listed.
            }
        }

        return times;
    }
}
