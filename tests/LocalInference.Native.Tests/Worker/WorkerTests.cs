using System.Diagnostics;
using System.Text.Json;
using LocalInference.Native.Tests.Loading;

namespace LocalInference.Native.Tests.Worker;

public sealed class WorkerTests
{
    [Theory]
    [InlineData("""{"job":"bake_bread"}""", "There is no job 'bake_bread'")]
    [InlineData("""{"task":"probe_backend"}""", "names no job")]
    [InlineData("""{"job":7}""", "names no job")]
    [InlineData("""["probe_backend"]""", "names no job")]
    [InlineData("""{"job":"probe_backend","backend_path":"x"}""", "library_directory")]
    [InlineData("""{"job":"probe_backend","library_directory":null,"backend_path":"x"}""", "not a job")]
    [InlineData("probe_backend", "not a job")]
    [InlineData("\u0001\u00ff{{{", "not a job")]
    [InlineData("", "not a job")]
    public void What_is_not_a_job_is_refused(string line, string problem)
    {
        using Process process = Process.Start(WorkerProgram.StartInfo())!;
        process.StandardInput.WriteLine(line);
        AssertRefused(process, problem);
    }

    [Fact]
    public void An_end_before_the_job_is_refused()
    {
        using Process process = Process.Start(WorkerProgram.StartInfo())!;
        process.StandardInput.Close();
        AssertRefused(process, "not a job");
    }

    [Fact]
    public void A_probe_answers_with_its_devices()
    {
        using WorkerProcess worker = WorkerProcess.Start(
            WorkerCommand.Find()!,
            new ProbeBackendJob(LibraryCopy.Source.Path, LibraryCopy.Source.CpuBackends.Single(file => file.Contains("-" + LibraryCopy.Best + ".", StringComparison.Ordinal))),
            WorkerJson.Default.ProbeBackendJob);
        List<WorkerEvent> events = [];
        while (worker.Read() is { } line)
        {
            events.Add(line);
        }

        BackendReport report = Assert.IsType<WorkerResult>(events[^1]).Result.Deserialize(WorkerJson.Default.BackendReport)!;
        Assert.Equal(["CPU"], report.Devices, StringComparer.Ordinal);
        Assert.Null(report.Fault);
        Assert.True(report.Computations >= 14, $"{report.Computations} computations");
        Assert.All(events[..^1], line => Assert.IsType<WorkerProgress>(line));
        Assert.Equal(new WorkerExit(0), worker.WaitForExit());
    }

    [Fact]
    public void A_job_that_fails_says_why()
    {
        using var folder = new TemporaryFolder();
        using Process process = Start(folder.Path, folder.File("backend"));
        WorkerError error = Assert.IsType<WorkerError>(WorkerProgram.ReadToEnd(process)[^1]);
        Assert.Equal("native_library", error.Code);
        Assert.Equal($"{folder.Path} has no libggml-base", error.Message);
        Assert.Equal(NextSteps.Reinstall, error.NextStep);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
    }

    [LinuxFact]
    public void Closing_its_input_ends_a_job_that_hangs()
    {
        // Whoever opens a pipe without a writer waits for ever.
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["libggml-base.so", "libggml.so", "libllama.so"])
        {
            using Process mkfifo = Process.Start("mkfifo", [folder.File(name)]);
            mkfifo.WaitForExit();
        }

        using Process process = Start(folder.Path, folder.File("backend"));
        Assert.NotNull(process.StandardOutput.ReadLine());
        process.StandardInput.Close();
        WorkerError error = Assert.IsType<WorkerError>(Assert.Single(WorkerProgram.ReadToEnd(process)));
        Assert.Equal("cancelled", error.Code);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
    }

    private static Process Start(string directory, string backend)
    {
        Process process = Process.Start(WorkerProgram.StartInfo())!;
        process.StandardInput.WriteLine(JsonSerializer.Serialize(new ProbeBackendJob(directory, backend), WorkerJson.Default.ProbeBackendJob));
        return process;
    }

    private static void AssertRefused(Process process, string problem)
    {
        WorkerError error = Assert.IsType<WorkerError>(Assert.Single(WorkerProgram.ReadToEnd(process)));
        Assert.Equal("bad_job", error.Code);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(2, process.ExitCode);
    }
}
