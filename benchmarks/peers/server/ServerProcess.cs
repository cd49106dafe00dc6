using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LocalInference.Compare;

/// <summary>A llama-server on a port of the loopback interface, which ends with this object.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly LastLines _lines = new();

    private ServerProcess(string program, IEnumerable<string> arguments, int port)
    {
        Address = new Uri($"http://127.0.0.1:{port}/");
        ProcessStartInfo start = new(program, [.. arguments, "--host", "127.0.0.1", "--port", $"{port}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new CompareException($"{program} did not start.");
        _process.OutputDataReceived += (_, line) => _lines.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _lines.Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>Processor time that it has taken so far, on all cores.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it and waits until it has loaded its model.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments, without the address.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CompareException">It ended, or does not answer.</exception>
    public static async Task<ServerProcess> StartAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        ServerProcess server = new(program, arguments, FreePort());
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync().ConfigureAwait(false);
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
        Uri health = new(Address, "health");
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < s_patience)
        {
            if (_process.HasExited)
            {
                throw new CompareException($"llama-server ended with {_process.ExitCode}:\n{_lines}");
            }

            try
            {
                using HttpResponseMessage answer = await http.GetAsync(health, cancellationToken).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }

        throw new CompareException($"llama-server did not get ready in {s_patience.TotalMinutes:0} minutes:\n{_lines}");
    }
}
