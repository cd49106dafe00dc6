using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>A server behind an address.</summary>
internal sealed class HttpTarget : ILoadTarget
{
    private const int ErrorShown = 300;

    private readonly HttpClient _http;
    private readonly IWireProtocol _protocol;
    private readonly Uri _address;

    /// <param name="server">The server's address, without the protocol's path.</param>
    /// <param name="protocol">What it speaks.</param>
    /// <param name="vocabularySize">Tokens in the model's vocabulary, if known: prompts are ids then, where the protocol takes them.</param>
    /// <param name="key">A bearer token, if it asks for one.</param>
    /// <param name="handler">What sends; <see langword="null"/>: sockets, one for each request that runs.</param>
    public HttpTarget(Uri server, IWireProtocol protocol, int? vocabularySize, string? key = null, HttpMessageHandler? handler = null)
    {
        _protocol = protocol;
        _address = new Uri(server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/"), protocol.Path);
        handler ??= new SocketsHttpHandler { UseProxy = !server.IsLoopback, MaxConnectionsPerServer = int.MaxValue };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);

        // llama-server closes connections that it thinks idle (cpp-httplib's keep-alive), and a request sent at that moment fails.
        _http.DefaultRequestHeaders.ConnectionClose = true;
        VocabularySize = protocol.TakesTokens ? vocabularySize : null;
    }

    public string Description => $"{_protocol.Name} over HTTP";

    public int? VocabularySize { get; }

    public async Task StreamAsync(RequestLog log, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, _address) { Content = Body(log) };
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            string text = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new LoadTestException($"{_address} answers {(int)response.StatusCode}: {text[..Math.Min(text.Length, ErrorShown)]}");
        }

        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            double now = LoadClock.Now;
            if (Payload(line) is { Length: > 0 } payload)
            {
                using JsonDocument message = Parse(payload);
                Check(message.RootElement);
                _protocol.Read(message.RootElement, log, now);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The JSON of a line, of either server-sent events or newline-delimited JSON; empty if it has none.</summary>
    internal static ReadOnlyMemory<char> Payload(string line)
    {
        const string Data = "data:";
        if (line.StartsWith('{'))
        {
            return line.AsMemory();
        }

        ReadOnlyMemory<char> data = line.StartsWith(Data, StringComparison.Ordinal) ? line.AsMemory(Data.Length).Trim() : default;
        return data.Span.StartsWith('{') ? data : default;
    }

    private static JsonDocument Parse(ReadOnlyMemory<char> payload)
    {
        try
        {
            return JsonDocument.Parse(payload);
        }
        catch (JsonException e)
        {
            throw new LoadTestException($"The server sent what is no JSON: {e.Message}");
        }
    }

    // All protocols report a failure after the first byte as an event of its own.
    private static void Check(JsonElement message)
    {
        if (message.Member("error") is { ValueKind: not JsonValueKind.Undefined and not JsonValueKind.Null } error)
        {
            throw new LoadTestException(error.Text("message") ?? error.ToString());
        }
    }

    private ByteArrayContent Body(RequestLog log)
    {
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            _protocol.Write(json, log);
            json.WriteEndObject();
        }

        return new ByteArrayContent(body.WrittenSpan.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }
}
