using System.ComponentModel;
using System.Diagnostics;

namespace LocalInference.TrainingSpeed;

/// <summary>Finds a Python that has PyTorch.</summary>
internal static class PythonFinder
{
    // The first on the path may be of another installation, which has none of the distribution's packages.
    private static readonly string[] s_usual = ["python3", "/usr/bin/python3"];

    /// <summary>The Python to start.</summary>
    /// <param name="wanted">The only one to look at; <see langword="null"/>: where they usually are.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="InvalidOperationException">None has PyTorch.</exception>
    public static async Task<string> FindAsync(string? wanted, CancellationToken cancellationToken)
    {
        string[] candidates = wanted is null ? s_usual : [wanted];
        foreach (string candidate in candidates)
        {
            if (await HasPyTorchAsync(candidate, cancellationToken).ConfigureAwait(false))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException($"No PyTorch: {string.Join(" and ", candidates)} cannot import torch. Name a Python that can with --python, or measure our side alone with --rounds 0.");
    }

    private static async Task<bool> HasPyTorchAsync(string python, CancellationToken cancellationToken)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, ["-c", "import torch"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken)).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            // It is not there.
            return false;
        }
    }
}
