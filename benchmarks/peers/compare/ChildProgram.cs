using System.Diagnostics;

namespace LocalInference.Compare;

/// <summary>Runs one program to its end.</summary>
internal static class ChildProgram
{
    /// <summary>Runs a program that must succeed.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="libraries">The folder that it is to take llama.cpp from.</param>
    /// <returns>What it wrote to either stream.</returns>
    /// <exception cref="CompareException">It is missing or failed.</exception>
    public static async Task<(string Output, string Error)> RunAsync(string program, IEnumerable<string> arguments, string libraries)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LOCALINFERENCE_NATIVE_DIR"] = libraries },
        };
        using Process process = Process.Start(start) ?? throw new CompareException($"{program} did not start.");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().ConfigureAwait(false);
        (string Output, string Error) written = (await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        return process.ExitCode == 0
            ? written
            : throw new CompareException($"{Path.GetFileName(program)} ended with {process.ExitCode}: {written.Error.Trim()}");
    }
}
