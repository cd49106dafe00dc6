using System.Diagnostics;
using System.Text.Json;
using LocalInference.Compare;

namespace LocalInference.TrainingSpeed;

/// <summary>A turn in a process of its own: what it takes of memory is its own, and nothing is left of it for the next.</summary>
internal static class ChildTurn
{
    public static async Task<TurnResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        LastLines errors = new();
        process.ErrorDataReceived += (_, line) => errors.Add(line.Data);
        process.BeginErrorReadLine();
        try
        {
            string output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize(output, TurnJson.Default.TurnResult)!
                : throw new InvalidOperationException($"{Path.GetFileName(program)} ended with {process.ExitCode}:\n{errors}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
