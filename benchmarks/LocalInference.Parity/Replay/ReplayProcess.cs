using System.Diagnostics;
using System.Runtime.InteropServices;
using LocalInference.Compare;
using LocalInference.Parity.Engine;

namespace LocalInference.Parity.Replay;

/// <summary>A running <see cref="ReplayProgram"/>: numbers go in, numbers and bytes come back. For one thread at a time.</summary>
internal sealed class ReplayProcess : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly Process _process;
    private readonly LastLines _lines = new();
    private readonly BufferedStream _input;
    private readonly Stream _output;

    private ReplayProcess(Process process)
    {
        _process = process;
        _input = new BufferedStream(process.StandardInput.BaseStream, BufferBytes);
        _output = process.StandardOutput.BaseStream;
        process.ErrorDataReceived += (_, line) => _lines.Add(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>Tokens in the model's vocabulary.</summary>
    public int VocabularySize { get; private set; }

    /// <summary>Starts it with a context like the engine's, and waits until it has loaded the model.</summary>
    /// <exception cref="CompareException">It failed.</exception>
    public static ReplayProcess Start(ReplayProgram program, EngineSetup setup)
    {
        int type = (int)setup.CacheType.ToNative();
        int flash = setup.FlashAttention is { } isOn ? Convert.ToInt32(isOn) : -1;
        string[] arguments = [setup.Path, program.Libraries, $"{setup.CacheLength}", $"{setup.Rows}", $"{setup.Sequences}", $"{setup.Threads}", $"{type}", $"{flash}"];
        ProcessStartInfo start = new(program.Path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ReplayProcess process = new(Process.Start(start) ?? throw new CompareException($"{program.Path} did not start."));
        try
        {
            process.VocabularySize = process.Read();
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Adds numbers to the next call.</summary>
    /// <exception cref="CompareException">It has ended.</exception>
    public void Write(params ReadOnlySpan<int> numbers)
    {
        try
        {
            _input.Write(MemoryMarshal.AsBytes(numbers));
        }
        catch (IOException)
        {
            throw Ended();
        }
    }

    /// <summary>Sends what was written and reads a number of the answer.</summary>
    /// <exception cref="CompareException">It has ended.</exception>
    public int Read()
    {
        int value = 0;
        Read(MemoryMarshal.AsBytes(new Span<int>(ref value)));
        return value;
    }

    /// <summary>Sends what was written and reads bytes of the answer.</summary>
    /// <exception cref="CompareException">It has ended.</exception>
    public void Read(Span<byte> bytes)
    {
        try
        {
            _input.Flush();
            _output.ReadExactly(bytes);
        }
        catch (IOException)
        {
            throw Ended();
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    private CompareException Ended()
    {
        _process.WaitForExit();
        return new CompareException($"The C program ended with {_process.ExitCode}:\n{_lines}");
    }
}
