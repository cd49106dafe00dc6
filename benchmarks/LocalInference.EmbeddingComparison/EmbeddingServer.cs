using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using LocalInference.Compare;

namespace LocalInference.EmbeddingComparison;

/// <summary>A llama-server for embeddings on a port of the loopback interface.</summary>
internal sealed class EmbeddingServer : IAsyncDisposable
{
    private const int LongestText = 64;

    private readonly ServerProcess _process;
    private readonly HttpClient _client;

    private EmbeddingServer(ServerProcess process)
    {
        _process = process;
        _client = new HttpClient { BaseAddress = process.Address, Timeout = TimeSpan.FromMinutes(10) };
    }

    /// <summary>Processor time that it has taken so far, on all cores.</summary>
    public TimeSpan ProcessorTime => _process.ProcessorTime;

    /// <summary>Starts a server and waits until it has loaded the model.</summary>
    /// <exception cref="CompareException">It ended, or does not answer.</exception>
    public static async Task<EmbeddingServer> StartAsync(Settings settings, ServerSettings server, CancellationToken cancellationToken)
    {
        string[] arguments =
            [
                "-m", settings.Model, "--embedding", "--pooling", settings.Pooling.ToString().ToLowerInvariant(),
                "-np", $"{server.Slots}", "-kvu", "-c", $"{Math.Max(server.Slots * LongestText * 2, server.Rows)}", "-b", $"{server.Rows}", "-ub", $"{server.Rows}",
                "-t", $"{settings.Threads}", "-tb", $"{settings.Threads}", "--no-webui", "--offline", "--log-disable",
            ];
        return new EmbeddingServer(await ServerProcess.StartAsync(settings.Server, arguments, cancellationToken).ConfigureAwait(false));
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
        await _process.DisposeAsync().ConfigureAwait(false);
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
}
