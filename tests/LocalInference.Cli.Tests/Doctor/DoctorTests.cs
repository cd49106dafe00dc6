using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Doctor;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Doctor;

public sealed class DoctorTests
{
    private static readonly DoctorReport s_broken = CliHarness.Works with
    {
        Supported = false,
        Reason = "libllama is of version 0.4.0.",
        NextStep = "Install 0.5.0.",
        NativeVersion = null,
        LibraryDirectory = null,
        CpuVariant = null,
        CpuFeatures = [],
        Devices = [],
        Probes = [new("/libraries/libllama.so", "failed", "wrong version")],
    };

    [Fact]
    public async Task A_working_library_is_success_and_shows_what_was_found()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("doctor"));

        Assert.Contains("works, version 0.5.0", cli.Out, StringComparison.Ordinal);
        Assert.Contains("haswell", cli.Out, StringComparison.Ordinal);
        Assert.Contains("CPU     cpu   1.00 GiB  2.00 GiB  A processor\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("skipped  /elsewhere", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', cli.Out);
        Assert.Empty(cli.Error);
    }

    [Fact]
    public async Task A_library_that_cannot_be_used_is_failure_with_the_reason_and_the_next_step()
    {
        using CliHarness cli = new() { Doctor = s_broken };

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("doctor"));

        Assert.Equal("error: libllama is of version 0.4.0.\nInstall 0.5.0.\n", cli.Error);
        Assert.Contains("failed   /libraries/libllama.so  wrong version\n", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_same_exit_code()
    {
        using CliHarness cli = new() { Doctor = s_broken };

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("doctor", "--json"));

        JsonElement report = JsonDocument.Parse(cli.Out).RootElement;
        Assert.False(report.GetProperty("supported").GetBoolean());
        Assert.Equal("Install 0.5.0.", report.GetProperty("next_step").GetString());
        Assert.Equal("failed", report.GetProperty("probes")[0].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task An_unverified_platform_is_said()
    {
        using CliHarness cli = new() { Doctor = CliHarness.Works with { Platform = "osx-arm64", PlatformVerified = false, Hints = ["Please report."] } };

        await cli.RunAsync("doctor");

        Assert.Contains("osx-arm64 (unverified)", cli.Out, StringComparison.Ordinal);
        Assert.Contains("hint: Please report.", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_runtime_of_this_process_is_diagnosed()
    {
        DoctorReport report = NativeDiagnosis.Run();

        Assert.NotEmpty(report.Probes);
        Assert.True(report.Supported, report.Reason);
        Assert.NotNull(report.CpuVariant);
        Assert.Contains(report.Devices, static device => device.Type is "cpu");
    }
}
