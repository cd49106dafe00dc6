namespace LocalInference.Native;

/// <summary>
/// Whether the system lets this process have more threads. ggml takes that for granted: ggml_threadpool_new asserts that pthread_create
/// succeeded (ggml-cpu.c of v0.5.0), so a full pids limit of a container, or a user's limit of processes, would end the process. So as
/// many threads are started here first, where a failure is an exception, with stacks as large as ggml's.
/// <para>Until ggml gets there somebody else may take what was free: another program of the user or of the container, or a thread of this
/// process. That cannot be ruled out, but takes a limit that is reached within the same millisecond.</para>
/// </summary>
internal static class ThreadLimit
{
    // The system counts a thread until it is gone, which is some microseconds after it was joined, and up to 60 ms on a machine where
    // six times as many threads as cores wanted to run.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether so many threads could be started just now; they are gone again.</summary>
    public static bool Allows(int threads) => Allows(threads, static thread => thread.Start());

    /// <inheritdoc cref="Allows(int)"/>
    /// <param name="threads">How many.</param>
    /// <param name="start">Starts one.</param>
    internal static bool Allows(int threads, Action<Thread> start)
    {
        using var release = new ManualResetEventSlim(initialState: false, spinCount: 0);
        List<Thread> started = new(threads);
        string?[] tasks = new string?[threads];
        try
        {
            while (started.Count < threads)
            {
                int index = started.Count;
                var thread = new Thread(() =>
                {
                    tasks[index] = FindTask();
                    release.Wait();
                })
                {
                    IsBackground = true,
                };
                start(thread);
                started.Add(thread);
            }

            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // What .NET says where the system allows no further thread.
            return false;
        }
        finally
        {
            release.Set();
            started.ForEach(static thread => thread.Join());
            _ = SpinWait.SpinUntil(() => !Array.Exists(tasks, Directory.Exists), s_patience);
        }
    }

    // Where Linux shows the current thread for as long as it counts it (release_task in kernel/exit.c: first it is uncounted, then it is
    // hidden). Elsewhere no limit is so near.
    private static string? FindTask()
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ResolveLinkTarget("/proc/thread-self", returnFinalTarget: false) is { } task ? $"/proc/self/task/{task.Name}" : null;
        }
        catch (Exception)
        {
            // Whatever it is must not end the thread, and with it the process.
            return null;
        }
    }
}
