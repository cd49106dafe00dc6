using System.Diagnostics;
using System.Text.Json;

namespace LocalInference.Native.Tests.Loading;

/// <summary>Loads llama.cpp in a process of its own, since one process can load it only once.</summary>
internal static class RuntimeChild
{
    /// <summary>How loading goes when <see cref="LibraryDirectory.Variable"/> names a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="cache">The user's cache folder; an empty one for this call if not given.</param>
    public static RuntimeReport Describe(string folder, string? cache = null)
    {
        using var temporary = new TemporaryFolder();
        ProcessStartInfo start = WorkerProgram.StartInfo();
        start.Environment[LibraryDirectory.Variable] = folder;
        start.Environment["XDG_CACHE_HOME"] = cache ?? temporary.Path;
        using Process process = Process.Start(start)!;
        process.StandardInput.WriteLine("""{"job":"describe_runtime"}""");
        List<WorkerEvent> events = WorkerProgram.ReadToEnd(process);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return Assert.IsType<WorkerResult>(events[^1]).Result.Deserialize(WorkerJson.Default.RuntimeReport)!;
    }
}
