using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LocalInference.Native.Tests.Loading;

public sealed class LoaderFailureTests
{
    private static string Other => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "Arm64" : "X64";

    private static ushort OtherMachine => (ushort)(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 183 : 62);

    [Fact]
    public void A_whole_copy_loads()
    {
        using var copy = new LibraryCopy();
        RuntimeReport report = RuntimeChild.Describe(copy.Directory.Path);
        Assert.True(report.Supported, report.Reason);
        Assert.Equal(copy.Directory.Path, report.Directory);
        Assert.StartsWith(LibraryLoader.RequiredVersion, report.Version, StringComparison.Ordinal);
        Assert.Contains(report.Devices, device => device.Type == "cpu");
    }

    [Fact]
    public void A_folder_that_is_not_there()
    {
        string folder = Path.Combine(Path.GetTempPath(), "localinference-is-not-there");
        AssertFailure(folder, $"{LibraryDirectory.Variable} names {folder}, which is not there", NextSteps.RightVersion);
    }

    [Fact]
    public void An_empty_folder()
    {
        using var folder = new TemporaryFolder();
        AssertFailure(folder.Path, $"{folder.Path} has no libggml-base", NextSteps.Reinstall);
    }

    [Fact]
    public void Only_libggml_is_missing()
    {
        using var copy = new LibraryCopy();
        File.Delete(copy.Directory.Ggml!);
        AssertFailure(copy.Directory.Path, $"{copy.Directory.Path} has no libggml", NextSteps.Reinstall);
    }

    [Fact]
    public void No_CPU_backend()
    {
        using var copy = new LibraryCopy();
        File.Delete(copy.Cpu(LibraryCopy.Best));
        AssertFailure(copy.Directory.Path, $"{copy.Directory.Path} has no CPU backend (libggml-cpu*)", NextSteps.Reinstall);
    }

    [LinuxFact]
    public void Built_for_another_processor()
    {
        using var copy = new LibraryCopy();
        Patch(copy.Directory.Llama!, 18, OtherMachine);
        AssertFailure(
            copy.Directory.Path,
            $"{copy.Directory.Llama} was built for {Other}, this process runs on {RuntimeInformation.ProcessArchitecture}",
            NextSteps.RightPlatform);
    }

    [LinuxFact]
    public void Built_for_another_system()
    {
        using var copy = new LibraryCopy();
        byte[] image = new byte[1024];
        "MZ"u8.CopyTo(image);
        image[60] = 128;
        "PE\0\0"u8.CopyTo(image.AsSpan(128));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(132), 0x8664);
        File.WriteAllBytes(copy.Directory.GgmlBase!, image);
        AssertFailure(copy.Directory.Path, $"{copy.Directory.GgmlBase} is a PE file, this system loads ELF", NextSteps.RightPlatform);
    }

    [Fact]
    public void A_text_file()
    {
        using var copy = new LibraryCopy();
        File.WriteAllText(copy.Directory.Ggml!, "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 55184\n" + new string('.', 100));
        AssertFailure(copy.Directory.Path, $"{copy.Directory.Ggml} is not a shared library", NextSteps.RightPlatform);
    }

    [LinuxTheory]
    [InlineData(64)]
    [InlineData(4096)]
    [InlineData(1_000_000)]
    public void A_truncated_file(int length)
    {
        using var copy = new LibraryCopy();
        long whole = new FileInfo(copy.Directory.Llama!).Length;
        Truncate(copy.Directory.Llama!, length);
        AssertFailure(copy.Directory.Path, $"{copy.Directory.Llama} is truncated: it has {length} of {whole} bytes", NextSteps.RightPlatform);
    }

    [LinuxX64Fact]
    public void A_truncated_CPU_build_is_passed_over()
    {
        using var copy = new LibraryCopy(LibraryCopy.Best, "x64");
        Truncate(copy.Cpu(LibraryCopy.Best), 100_000);
        RuntimeReport report = RuntimeChild.Describe(copy.Directory.Path);
        Assert.Equal("x64", report.CpuVariant);
        ProbeStep failed = Assert.Single(report.Trace, step => step.Outcome == ProbeOutcome.Failed);
        Assert.StartsWith("is truncated: it has 100000 of ", failed.Detail, StringComparison.Ordinal);
    }

    [LinuxFact]
    public void A_dependency_is_missing()
    {
        using var copy = new LibraryCopy();
        LibraryCopy.Replace(copy.Directory.GgmlBase!, "libstdc++.so.6\0"u8, "libstdc++.so.9\0"u8);
        RuntimeReport report = AssertFailure(copy.Directory.Path, reason: null, NextSteps.Dependencies);
        Assert.StartsWith($"{copy.Directory.GgmlBase} could not be loaded: ", report.Reason, StringComparison.Ordinal);
        Assert.Contains("libstdc++.so.9", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_version()
    {
        using var copy = new LibraryCopy();
        LibraryCopy.Replace(copy.Directory.Llama!, "0.5.0-dev\0"u8, "0.4.9-dev\0"u8);
        AssertFailure(
            copy.Directory.Path,
            $"{copy.Directory.Llama} is llama.cpp 0.4.9-dev; this build of LocalInference needs {LibraryLoader.RequiredVersion}",
            NextSteps.RightVersion);
    }

    [LinuxX64Fact]
    public void A_struct_that_grew()
    {
        using var copy = new LibraryCopy();

        // mov rax, rdi; mov byte [rdi + 80], 0x11; ret: writes one byte beyond our 80 of llama_model_params.
        ElfFile.Overwrite(copy.Directory.Llama!, "llama_model_default_params", [0x48, 0x89, 0xF8, 0xC6, 0x47, 0x50, 0x11, 0xC3]);
        AssertFailure(
            copy.Directory.Path,
            $"{copy.Directory.Llama} has another struct layout than llama.cpp {LibraryLoader.RequiredVersion}: llama_model_default_params writes more than the 80 bytes of llama_model_params",
            NextSteps.RightVersion);
    }

    [LinuxX64Fact]
    public void A_field_that_moved()
    {
        using var copy = new LibraryCopy();

        // llama_context_default_params: mov rax, rdi; mov dword [rdi + 4], 512; ret: n_ctx one field too late.
        ElfFile.Overwrite(copy.Directory.Llama!, "llama_context_default_params", [0x48, 0x89, 0xF8, 0xC7, 0x47, 0x04, 0x00, 0x02, 0x00, 0x00, 0xC3]);
        AssertFailure(
            copy.Directory.Path,
            $"{copy.Directory.Llama} has another struct layout than llama.cpp {LibraryLoader.RequiredVersion}: llama_context_params has other defaults",
            NextSteps.RightVersion);
    }

    private static RuntimeReport AssertFailure(string folder, string? reason, string nextStep)
    {
        RuntimeReport report = RuntimeChild.Describe(folder);
        Assert.False(report.Supported);
        Assert.Equal(reason ?? report.Reason, report.Reason);
        Assert.Equal(nextStep, report.NextStep);
        Assert.NotEmpty(report.Trace);
        return report;
    }

    private static void Truncate(string path, int length)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(length);
    }

    private static void Patch(string path, int offset, ushort value)
    {
        byte[] file = File.ReadAllBytes(path);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);
        File.WriteAllBytes(path, file);
    }
}
