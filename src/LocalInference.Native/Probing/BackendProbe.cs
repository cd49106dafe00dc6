using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace LocalInference.Native;

/// <summary>
/// Knows whether a backend library can be trusted to compute: it is tried once in a child process, because a kernel that
/// traps or a driver that crashes would take the host with it. What came of it is remembered for this library on this machine.
/// The child registers the one backend it is told to and asks nobody, so a probe never starts another.
/// </summary>
/// <param name="findWorker">Finds the worker; asked only when there is no verdict yet.</param>
/// <param name="cache">Earlier verdicts.</param>
internal sealed class BackendProbe(Func<WorkerCommand?> findWorker, VerdictCache cache)
{
    // A CPU build answers in a fraction of a second; a GPU driver may first compile every kernel for its device.
    private static readonly TimeSpan s_cpuLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_driverLimit = TimeSpan.FromSeconds(120);

    /// <summary>The probe of this application: the worker beside it, verdicts in the user's cache folder.</summary>
    public static BackendProbe Default() => new(WorkerCommand.Find, VerdictCache.OfUser());

    /// <summary>Decides whether the backend may be loaded into this process. Never throws.</summary>
    public ProbeVerdict Judge(LibraryDirectory directory, string backendPath)
    {
        bool isCpu = LibraryDirectory.IsCpuBackend(backendPath);
        return Judge(directory, backendPath, isCpu, isCpu ? s_cpuLimit : s_driverLimit);
    }

    /// <summary>As the other one, with a time limit of the caller's.</summary>
    public ProbeVerdict Judge(LibraryDirectory directory, string backendPath, bool isCpu, TimeSpan limit)
    {
        try
        {
            string identity = BackendIdentity.Describe(directory, backendPath, isCpu);
            return cache.Find(identity) ?? Probe(identity, directory, backendPath, limit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception or JsonException or InvalidOperationException)
        {
            // That the probe failed says nothing about the backend.
            return ProbeVerdict.NotProbed(e.Message);
        }
    }

    private ProbeVerdict Probe(string identity, LibraryDirectory directory, string backendPath, TimeSpan limit)
    {
        if (findWorker() is not { } worker)
        {
            return ProbeVerdict.NotProbed("no worker beside the application");
        }

        long start = Stopwatch.GetTimestamp();
        (ProbeVerdict verdict, TimeSpan? lifetime) = Ask(worker, directory, backendPath, limit);
        if (lifetime is { } believed)
        {
            cache.Store(identity, verdict.Fault, believed);
        }

        return verdict with { Note = $"{verdict.Note} ({Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms)" };
    }

    // The verdict and for how long it is believed; a verdict without a lifetime is asked for again at the next start.
    private static (ProbeVerdict Verdict, TimeSpan? Lifetime) Ask(WorkerCommand worker, LibraryDirectory directory, string backendPath, TimeSpan limit)
    {
        using WorkerProcess process = WorkerProcess.Start(
            worker, new ProbeBackendJob(directory.Path, backendPath), WorkerJson.Default.ProbeBackendJob);
        int overran = 0;
        using var timer = new Timer(
            _ =>
            {
                Volatile.Write(ref overran, 1);
                process.Kill();
            },
            null,
            limit,
            Timeout.InfiniteTimeSpan);

        string? step = null;
        WorkerEvent? last = null;
        while (process.Read() is { } line)
        {
            last = line;
            step = (line as WorkerProgress)?.Step ?? step;
        }

        WorkerExit exit = process.WaitForExit();
        if (Volatile.Read(ref overran) != 0)
        {
            // A busy machine looks like a hanging driver, so this is not held against the backend for ever.
            return (Fault($"{step ?? "starting"} took more than {limit.TotalSeconds:F0} s in a child process"), TimeSpan.FromHours(1));
        }

        if (last is WorkerResult result)
        {
            BackendReport? report = result.Result.Deserialize(WorkerJson.Default.BackendReport);
            return (report?.Fault is { } fault ? Fault(fault) : new(null, "probed"), VerdictCache.ForEver);
        }

        // Before its first step the worker has not touched the backend; a kill from outside is not the backend's doing either.
        return step is not null && exit is { Crash: { } crash, IsFromOutside: false }
            ? (Fault($"{step} ended a child process with {crash}"), VerdictCache.ForEver)
            : (ProbeVerdict.NotProbed(Explain(last as WorkerError, exit, process.LastWords)), null);
    }

    private static ProbeVerdict Fault(string reason) => new(reason, "probed");

    private static string Explain(WorkerError? error, WorkerExit exit, string lastWords) =>
        error?.Message
        ?? (exit.Crash is { } crash ? $"the worker ended with {crash}" : $"the worker ended with exit code {exit.Code}")
            + (lastWords.Length > 0 ? $": {lastWords}" : "");
}
