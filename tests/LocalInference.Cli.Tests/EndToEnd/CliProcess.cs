using System.Diagnostics;

namespace LocalInference.Cli.Tests.EndToEnd;

/// <summary>The command as a process of its own, as its users start it.</summary>
internal sealed record CliProcess(int ExitCode, string Out, string Error)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "LocalInference.Cli.dll");

    public static Task<CliProcess> RunAsync(params string[] arguments) => RunAsync("dotnet", [Assembly, .. arguments], input: "");

    public static Task<CliProcess> RunWithInputAsync(string input, params string[] arguments) => RunAsync("dotnet", [Assembly, .. arguments], input);

    public static async Task<CliProcess> RunAsync(string program, string[] arguments, string? input, Func<Process, Task>? meanwhile = null)
    {
        ProcessStartInfo start = new(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource limit = new(s_limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input);
                process.StandardInput.Close();
            }

            // It may read standard error as far as it needs; the rest is the result's.
            if (meanwhile is not null)
            {
                await meanwhile(process);
            }

            string error = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, await output, error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
