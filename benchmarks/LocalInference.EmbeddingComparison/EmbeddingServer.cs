using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LocalInference.EmbeddingComparison;

/// <summary>A llama-server for embeddings on a port of the loopback interface.</summary>
internal sealed class EmbeddingServer : IAsyncDisposable
{
    private const int LongestText = 64;

    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly HttpClient _client;

    private EmbeddingServer(Process process, HttpClient client)
    {
        _process = process;
        _client = client;
    }

    /// <summary>Starts a server and waits until it has loaded the model.</summary>
    public static async Task<EmbeddingServer> StartAsync(Settings settings, ServerSettings server, CancellationToken cancellationToken)
    {
        int port = FreePort();
        string[] arguments =
            [
                "-m", settings.Model, "--host", "127.0.0.1", "--port", $"{port}", "--embedding", "--pooling", settings.Pooling.ToString().ToLowerInvariant(),
                "-np", $"{server.Slots}", "-kvu", "-c", $"{Math.Max(server.Slots * LongestText * 2, server.Rows)}", "-b", $"{server.Rows}", "-ub", $"{server.Rows}",
                "-t", $"{settings.Threads}", "-tb", $"{settings.Threads}", "--no-webui", "--offline", "--log-disable",
            ];
        ProcessStartInfo start = new(settings.Server, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{settings.Server} did not start.");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(10) };
        var running = new EmbeddingServer(process, client);
        try
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(false);
            return running;
        }
        catch
        {
            await running.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Processor time that it has taken so far, on all cores.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Embeds texts in one request, the fastest way that it offers: vectors come as base64.</summary>
    public async Task<float[][]> EmbedAsync(string[] texts, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(Body(texts));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await _client.PostAsync("/v1/embeddings", content, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        byte[] json = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        using JsonDocument document = JsonDocument.Parse(json);
        float[][] vectors = new float[texts.Length][];
        foreach (JsonElement entry in document.RootElement.GetProperty("data").EnumerateArray())
        {
            vectors[entry.GetProperty("index").GetInt32()] = MemoryMarshal.Cast<byte, float>(entry.GetProperty("embedding").GetBytesFromBase64()).ToArray();
        }

        return vectors;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        _process.Dispose();
    }

    private static byte[] Body(string[] texts)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("encoding_format", "base64");
            writer.WriteStartArray("input");
            foreach (string text in texts)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < s_startLimit && !_process.HasExited)
        {
            try
            {
                using HttpResponseMessage health = await _client.GetAsync("/health", cancellationToken).ConfigureAwait(false);
                if (health.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100, cancellationToken).ConfigureAwait(false);
        }

        throw new InvalidOperationException("llama-server does not answer.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
