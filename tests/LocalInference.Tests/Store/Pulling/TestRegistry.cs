using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LocalInference.TestModels;

namespace LocalInference.Tests.Store.Pulling;

/// <summary>
/// A registry on loopback that answers as the test wants it to, wrongly and brokenly too. It speaks HTTP by hand: servers that can be had
/// take care not to.
/// </summary>
internal sealed partial class TestRegistry : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> _manifests = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Task _accepting;
    private long _bytesSent;

    public TestRegistry()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Func<RegistryRequest, Fault> Faults { get; set; } = static _ => Fault.None;

    /// <summary>Where <see cref="Fault.Redirect"/> leads.</summary>
    public TestRegistry? Other { get; init; }

    /// <summary>What requests must carry; it is given out at <c>/token</c>.</summary>
    public string? Token { get; init; }

    /// <summary>Who is given the token, or where there is none, who may do anything: <c>USER:PASSWORD</c>.</summary>
    public string? Login { get; init; }

    public ConcurrentQueue<RegistryRequest> Requests { get; } = new();

    /// <summary>Bytes of bodies.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public Uri Address => new($"http://{Host}/");

    /// <summary>Offers a model.</summary>
    /// <returns>Its manifest.</returns>
    public ModelManifest Offer(string path, params (string MediaType, byte[] Content)[] blobs)
    {
        ManifestLayer[] layers = [.. blobs.Select(blob => Add(blob.MediaType, blob.Content))];
        ModelManifest manifest = new() { Config = layers[^1], Layers = layers[..^1] };
        _manifests[path] = manifest.ToJson();
        return manifest;
    }

    public void OfferText(string path, string manifest) => _manifests[path] = Encoding.UTF8.GetBytes(manifest);

    /// <summary>Offers what is no part of the registry, at a path.</summary>
    public void OfferFile(string path, byte[] content) => _files[path] = content;

    public ManifestLayer Add(string mediaType, byte[] content)
    {
        ManifestLayer layer = new(mediaType, BlobDigest.Of(content), content.Length);
        _blobs[layer.Digest.ToString()] = content;
        return layer;
    }

    public async ValueTask DisposeAsync()
    {
        // Not the other way round: who is about to accept would find a listener that was never started.
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _connections.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                NetworkStream stream = client.GetStream();
                while (await ReadRequestAsync(stream) is { } request)
                {
                    Requests.Enqueue(request);
                    if (!await AnswerAsync(stream, request))
                    {
                        // A broken connection, and not an orderly end of it.
                        client.LingerState = new LingerOption(enable: true, seconds: 0);
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client is gone, or the test is over.
            }
        }
    }

    private async Task<RegistryRequest?> ReadRequestAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n");
        string? Header(string name) => lines.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];
        string[]? range = Header("Range")?["bytes=".Length..].Split('-');
        return new RegistryRequest(
            lines[0].Split(' ')[0],
            lines[0].Split(' ')[1],
            Header("Authorization"),
            range is null ? 0 : long.Parse(range[0], CultureInfo.InvariantCulture),
            range is null ? null : long.Parse(range[1], CultureInfo.InvariantCulture),
            int.Parse(Header("Content-Length") ?? "0", CultureInfo.InvariantCulture));
    }

    private async Task<bool> AnswerAsync(NetworkStream stream, RegistryRequest request)
    {
        if (request.Path.StartsWith("/token", StringComparison.Ordinal))
        {
            return Login is null || IsLogin(request)
                ? await SendAsync(stream, "200 OK", "", Encoding.UTF8.GetBytes($$"""{"token":"{{Token}}"}"""), Fault.None)
                : await SendAsync(stream, "401 Unauthorized", "", [], Fault.None);
        }

        if (Token is not null ? request.Authorization != $"Bearer {Token}" : Login is not null && !IsLogin(request))
        {
            await ReceiveAsync(stream, request.Length);
            string challenge = Token is null ? "Basic realm=\"test\"" : $"Bearer realm=\"{Address}token\",service=\"test\",scope=\"repository:x:pull\"";
            return await SendAsync(stream, "401 Unauthorized", $"WWW-Authenticate: {challenge}\r\n", [], Fault.None, request.Method == "HEAD");
        }

        Fault fault = Faults(request);
        switch (fault)
        {
            case Fault.Drop:
                return false;
            case Fault.Silence:
                await Task.Delay(Timeout.Infinite, _stop.Token);
                return false;
            case Fault.Truncate or Fault.Stall when request.Length > 0:
                return await BreakOffAsync(stream, request, fault);
        }

        byte[] body = await ReceiveAsync(stream, request.Length);
        switch (fault)
        {
            case Fault.TooManyRequests:
                return await SendAsync(stream, "429 Too Many Requests", "Retry-After: 0\r\n", [], Fault.None);
            case Fault.Failure:
                return await SendAsync(stream, "500 Internal Server Error", "", [], Fault.None);
            case Fault.Unavailable:
                return await SendAsync(stream, "503 Service Unavailable", "", [], Fault.None);
            case Fault.BadRequest:
                return await SendAsync(stream, "400 Bad Request", "", [], Fault.None);
            case Fault.Forbidden:
                return await SendAsync(stream, "403 Forbidden", "", [], Fault.None);
            case Fault.Redirect when Other is not null:
                return await SendAsync(stream, "307 Temporary Redirect", $"Location: {new Uri(Other.Address, request.Path)}\r\n", [], Fault.None);
        }

        if (request.Method != "GET" || request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal))
        {
            return await AnswerUploadAsync(stream, request, body);
        }

        string[] parts = request.Path.Split('/');
        byte[]? content = _files.TryGetValue(request.Path, out byte[]? file) ? file
            : parts is [.., "manifests", var tag] ? _manifests.GetValueOrDefault($"{parts[2]}/{parts[3]}:{tag}")
            : _blobs.GetValueOrDefault(parts[^1]);
        if (content is null)
        {
            return await SendAsync(stream, "404 Not Found", "", [], Fault.None);
        }

        if (request.To is not { } asked || fault == Fault.Whole)
        {
            return await SendAsync(stream, "200 OK", $"Docker-Content-Digest: {BlobDigest.Of(content)}\r\n", content, fault);
        }

        long to = Math.Min(asked, content.Length - 1);
        return request.From <= to
            ? await SendAsync(stream, "206 Partial Content", $"Content-Range: bytes {request.From}-{to}/{content.Length}\r\n", content[(int)request.From..(int)(to + 1)], fault)
            : await SendAsync(stream, "416 Range Not Satisfiable", "", [], Fault.None);
    }

    private bool IsLogin(RegistryRequest request) => request.Authorization == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Login!))}";

    private async Task<bool> SendAsync(NetworkStream stream, string status, string headers, byte[] body, Fault fault, bool isHead = false)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}Content-Length: {body.Length}\r\n\r\n"), _stop.Token);
        if (isHead)
        {
            return true;
        }

        int half = body.Length / 2;
        switch (fault)
        {
            case Fault.Truncate:
                await WriteAsync(stream, body.AsMemory(0, half));
                return false;
            case Fault.Stall:
                await WriteAsync(stream, body.AsMemory(0, half));
                await Task.Delay(Timeout.Infinite, _stop.Token);
                return false;
            case Fault.Drip:
                for (int i = 0; i < body.Length; i++)
                {
                    await WriteAsync(stream, body.AsMemory(i, 1));
                    await Task.Delay(20, _stop.Token);
                }

                return true;
            case Fault.WrongBytes when body.Length > 0:
                byte[] wrong = [.. body];
                wrong[half] ^= 1;
                await WriteAsync(stream, wrong);
                return true;
            default:
                await WriteAsync(stream, body);
                return true;
        }
    }

    private async Task WriteAsync(NetworkStream stream, ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, _stop.Token);
        Interlocked.Add(ref _bytesSent, bytes.Length);
    }

    /// <summary>Content by chance.</summary>
    public static byte[] Bytes(ulong seed, int length)
    {
        SplitMix64 dice = new(seed);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)dice.Next();
        }

        return bytes;
    }
}
