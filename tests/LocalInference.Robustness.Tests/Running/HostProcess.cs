using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LocalInference.Robustness.Tests.Running;

/// <summary>
/// A process that loads and runs one file after another, so that a file that kills it is known by name. It is started
/// again when it died. Not thread safe.
/// </summary>
internal sealed class HostProcess : IDisposable
{
    // What .NET and libllama take with a tiny model is about 150 MiB.
    private const long MemoryLimit = 1024L * 1024 * 1024;

    // The longest texts take some seconds of an idle machine; what is still not done then never ends.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    private readonly StringBuilder _errors = new();
    private Process? _process;

    /// <summary>The most memory that a host has held, in bytes.</summary>
    public long PeakMemory { get; private set; }

    public async Task<Verdict> TryAsync(string path)
    {
        _process ??= Start();
        lock (_errors)
        {
            _errors.Clear();
        }

        try
        {
            await _process.StandardInput.WriteLineAsync(path).ConfigureAwait(false);
            await _process.StandardInput.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            Verdict late = await DiedAsync().ConfigureAwait(false);
            return late with { Details = $"after the answer about the file before: {late.Details}" };
        }

        Task<string?> answer = _process.StandardOutput.ReadLineAsync();
        Stopwatch elapsed = Stopwatch.StartNew();
        while (await Task.WhenAny(answer, Task.Delay(s_poll)).ConfigureAwait(false) != answer)
        {
            long memory = Memory(_process);
            PeakMemory = Math.Max(PeakMemory, memory);
            if (memory > MemoryLimit)
            {
                return Kill(Outcome.TooMuchMemory, $"{memory / (1024 * 1024)} MiB");
            }

            if (elapsed.Elapsed > s_longest)
            {
                return Kill(Outcome.Hung, $"{s_longest.TotalSeconds} s");
            }
        }

        PeakMemory = Math.Max(PeakMemory, Memory(_process));
        return await answer.ConfigureAwait(false) is { } line ? Parse(line) : await DiedAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        if (_process is { } process)
        {
            // The end of its input ends it; one that does not listen is stuck in a library.
            try
            {
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has died by itself.
            }

            if (!process.WaitForExit(5_000))
            {
                process.Kill();
            }

            process.Dispose();
            _process = null;
        }
    }

    private Process Start()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "LocalInference.Robustness.Host.dll");
        ProcessStartInfo start = new(Environment.ProcessPath is { } dotnet && Path.GetFileNameWithoutExtension(dotnet) == "dotnet" ? dotnet : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(program);

        // A crash is the expected result of a bug here, and a core dump of each would fill the disk.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";

        // ggml would attach a debugger to the dying process, which writes to the same output.
        start.Environment["GGML_NO_BACKTRACE"] = "1";
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
        return process;
    }

    private Verdict Kill(Outcome outcome, string details)
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
        return new(outcome, details);
    }

    private async Task<Verdict> DiedAsync()
    {
        await _process!.WaitForExitAsync().ConfigureAwait(false);
        int code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        lock (_errors)
        {
            string reason = string.Join(" ¶ ", _errors.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(3));

            // 128 + the signal: 134 is an abort, 136 a division by zero, 139 a bad address.
            return new(Outcome.Aborted, string.Create(CultureInfo.InvariantCulture, $"exit code {code}: {reason}"));
        }
    }

    private static Verdict Parse(string line)
    {
        string[] parts = line.Split('\t', 2);
        Outcome outcome = parts[0] switch
        {
            "ran" => Outcome.Ran,
            "refused" => Outcome.Refused,
            "failed" => Outcome.Failed,
            _ => Outcome.Unexpected,
        };
        return new(outcome, parts.Length > 1 ? parts[1] : line);
    }

    private static long Memory(Process process)
    {
        try
        {
            process.Refresh();
            return process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            // It has just died.
            return 0;
        }
    }
}
