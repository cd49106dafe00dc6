using System.Diagnostics;

namespace LocalInference.Packages.Tests.Published;

public sealed class InstalledToolTests
{
    private static string Tool => Path.Combine(Repository.Consumer, "tool");

    [PublishedFact]
    public void The_tool_starts_under_its_command_name()
    {
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(Tool, "localinference"), ["--help"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(0, process.ExitCode);
    }

    [PublishedFact]
    public void The_tool_carries_libraries_of_every_platform_and_the_worker()
    {
        string[] files = [.. Directory.EnumerateFiles(Tool, "*", SearchOption.AllDirectories).Select(file => file.Replace('\\', '/'))];

        Assert.Contains(files, file => file.EndsWith("/runtimes/linux-x64/native/cpu/libllama.v0.5.0.so", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith("/runtimes/linux-arm64/native/cpu/libllama.v0.5.0.so", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith("/LocalInference.Worker.dll", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith("/LocalInference.Worker.runtimeconfig.json", StringComparison.Ordinal));
    }
}
