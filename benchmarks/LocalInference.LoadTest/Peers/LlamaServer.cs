using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Peers;

/// <summary>A llama-server on loopback, which ends with this object.</summary>
internal sealed class LlamaServer : ILoadTarget
{
    private const int LinesKept = 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly HttpTarget _target;
    private readonly Uri _address;

    private LlamaServer(string program, IEnumerable<string> arguments, int port, int vocabularySize)
    {
        _address = new Uri($"http://127.0.0.1:{port}/");
        _target = new HttpTarget(_address, new LlamaServerProtocol(), vocabularySize);
        ProcessStartInfo start = new(program, [.. arguments, "--host", "127.0.0.1", "--port", $"{port}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new LoadTestException($"{program} did not start.");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Description => _target.Description;

    public int? VocabularySize => _target.VocabularySize;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments, without the address.</param>
    /// <param name="vocabularySize">Tokens in the model's vocabulary.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="LoadTestException">It ended, or does not answer.</exception>
    public static async Task<LlamaServer> StartAsync(string program, IEnumerable<string> arguments, int vocabularySize, CancellationToken cancellationToken)
    {
        LlamaServer server = new(program, arguments, FreePort(), vocabularySize);
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public Task StreamAsync(RequestLog log, CancellationToken cancellationToken) => _target.StreamAsync(log, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        Uri health = new(_address, "health");
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < s_patience)
        {
            if (_process.HasExited)
            {
                throw new LoadTestException($"llama-server ended with {_process.ExitCode}:\n{Log()}");
            }

            try
            {
                using HttpResponseMessage answer = await http.GetAsync(health, cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(s_pause, cancellationToken);
        }

        throw new LoadTestException($"llama-server did not get ready in {s_patience.TotalMinutes:0} minutes:\n{Log()}");
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept)
            {
                _lines.Dequeue();
            }
        }
    }

    private string Log()
    {
        lock (_lines)
        {
            return string.Join('\n', _lines);
        }
    }
}
