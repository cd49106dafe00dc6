using LocalInference.Native.Tests.Loading;

namespace LocalInference.Native.Tests.Probing;

public sealed class BackendProbeTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _cache = new();

    [Fact]
    public void A_sound_backend_is_probed_once()
    {
        using var copy = new LibraryCopy();
        ProbeVerdict first = Judge(copy);
        Assert.Null(first.Fault);
        Assert.StartsWith("probed (", first.Note, StringComparison.Ordinal);

        // A worker that cannot start shows that none is started.
        Assert.Equal(new ProbeVerdict(null, "probed before"), Judge(copy, new WorkerCommand("/is/not/there", [])));
    }

    [Fact]
    public void A_changed_library_is_probed_again()
    {
        using var copy = new LibraryCopy();
        string cpu = copy.Cpu(LibraryCopy.Best);
        Judge(copy);
        File.SetLastWriteTimeUtc(cpu, File.GetLastWriteTimeUtc(cpu).AddSeconds(1));
        Assert.StartsWith("probed (", Judge(copy).Note, StringComparison.Ordinal);
    }

    [LinuxX64Fact]
    public void A_trapping_build_is_named_skipped_and_remembered()
    {
        string other = "x64";
        Assert.NotEqual(other, LibraryCopy.Best, StringComparer.Ordinal);
        using var copy = new LibraryCopy(LibraryCopy.Best, other);

        // ud2, the instruction that is undefined for ever.
        ElfFile.Overwrite(copy.Cpu(LibraryCopy.Best), "ggml_vec_dot_q6_K_q8_K", [0x0F, 0x0B]);

        RuntimeReport report = RuntimeChild.Describe(copy.Directory.Path, _cache.Path);
        Assert.True(report.Supported, report.Reason);
        Assert.Equal(other, report.CpuVariant);
        ProbeStep failed = Assert.Single(report.Trace, step => step.Outcome == ProbeOutcome.Failed);
        Assert.Equal(copy.Cpu(LibraryCopy.Best), failed.Subject);
        Assert.Contains("CPU: Q6_K x F32", failed.Detail, StringComparison.Ordinal);
        Assert.Contains("SIGILL", failed.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("probed before", failed.Detail, StringComparison.Ordinal);

        RuntimeReport again = RuntimeChild.Describe(copy.Directory.Path, _cache.Path);
        Assert.Equal(other, again.CpuVariant);
        Assert.EndsWith("probed before", Assert.Single(again.Trace, step => step.Outcome == ProbeOutcome.Failed).Detail, StringComparison.Ordinal);
    }

    [LinuxX64Fact]
    public void No_build_that_works_is_said_so()
    {
        using var copy = new LibraryCopy();
        ElfFile.Overwrite(copy.Cpu(LibraryCopy.Best), "ggml_graph_compute", [0x0F, 0x0B]);
        RuntimeReport report = RuntimeChild.Describe(copy.Directory.Path, _cache.Path);
        Assert.False(report.Supported);
        Assert.Equal($"no CPU backend in {copy.Directory.Path} works on this processor", report.Reason);
    }

    [LinuxX64Fact]
    public void Wrong_numbers_are_a_fault()
    {
        using var copy = new LibraryCopy();

        // ret: the kernel leaves its result as it was.
        ElfFile.Overwrite(copy.Cpu(LibraryCopy.Best), "ggml_vec_dot_q6_K_q8_K", [0xC3]);
        ProbeVerdict verdict = Judge(copy);
        Assert.Contains("CPU: Q6_K x F32", verdict.Fault, StringComparison.Ordinal);
        Assert.Contains("is wrong: relative error", verdict.Fault, StringComparison.Ordinal);
    }

    [LinuxX64Fact]
    public void A_hanging_backend_is_ended()
    {
        using var copy = new LibraryCopy();

        // jmp to itself.
        ElfFile.Overwrite(copy.Cpu(LibraryCopy.Best), "ggml_graph_compute", [0xEB, 0xFE]);
        ProbeVerdict verdict = Judge(copy, limit: TimeSpan.FromSeconds(3));
        Assert.EndsWith("took more than 3 s in a child process", verdict.Fault, StringComparison.Ordinal);
        Assert.Equal(verdict.Fault, Judge(copy, new WorkerCommand("/is/not/there", [])).Fault);
    }

    [Fact]
    public void Without_a_worker_the_backend_is_used()
    {
        using var copy = new LibraryCopy();
        ProbeVerdict verdict = new BackendProbe(() => null, new VerdictCache(_cache.Path)).Judge(copy.Directory, copy.Cpu(LibraryCopy.Best));
        Assert.Equal(new ProbeVerdict(null, "not probed: no worker beside the application"), verdict);
        Assert.Empty(Directory.GetFiles(_cache.Path));
    }

    [LinuxFact]
    public void A_worker_that_fails_says_nothing_about_the_backend()
    {
        using var copy = new LibraryCopy();
        foreach (string program in (string[])["/is/not/there", "/bin/false", "/bin/cat"])
        {
            ProbeVerdict verdict = Judge(copy, new WorkerCommand(program, []), TimeSpan.FromSeconds(2));
            Assert.Null(verdict.Fault);
            Assert.StartsWith("not probed: ", verdict.Note, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(_cache.Path));
    }

    [Fact]
    public void A_library_that_cannot_be_loaded_is_left_to_the_loader()
    {
        using var copy = new LibraryCopy();
        string cpu = copy.Cpu(LibraryCopy.Best);
        File.WriteAllText(cpu, "not a library");
        ProbeVerdict verdict = Judge(copy);
        Assert.Null(verdict.Fault);
        Assert.Contains($"{cpu} could not be registered", verdict.Note, StringComparison.Ordinal);
    }

    public void Dispose() => _cache.Dispose();

    private ProbeVerdict Judge(LibraryCopy copy, WorkerCommand? worker = null, TimeSpan? limit = null) =>
        new BackendProbe(() => worker ?? WorkerCommand.Find(), new VerdictCache(_cache.Path))
            .Judge(copy.Directory, copy.Cpu(LibraryCopy.Best), isCpu: true, limit ?? s_limit);
}
