using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace LocalInference.Tests.Store.Pulling;

/// <content>What others bring.</content>
internal sealed partial class TestRegistry
{
    private readonly ConcurrentDictionary<string, MemoryStream> _uploads = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> _elsewhere = new(StringComparer.Ordinal);
    private long _bytesReceived;

    /// <summary>Bytes of blobs that have come.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    public byte[]? Manifest(string path) => _manifests.GetValueOrDefault(path);

    public byte[]? Blob(BlobDigest digest) => _blobs.GetValueOrDefault(digest.ToString());

    /// <summary>Has a blob in another repository alone.</summary>
    public void OfferElsewhere(string repository, byte[] content) => _elsewhere[$"{repository}@{BlobDigest.Of(content)}"] = content;

    /// <summary>Forgets the uploads that are not finished.</summary>
    public void ForgetUploads() => _uploads.Clear();

    private async Task<byte[]> ReceiveAsync(NetworkStream stream, int length)
    {
        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return body;
    }

    // Half of the body comes, and is kept, as registries keep it.
    private async Task<bool> BreakOffAsync(NetworkStream stream, RegistryRequest request, Fault fault)
    {
        byte[] half = await ReceiveAsync(stream, request.Length / 2);
        if (_uploads.TryGetValue(UploadOf(request), out MemoryStream? upload) && request.Method == "PATCH")
        {
            Append(upload, half);
        }

        if (fault == Fault.Stall)
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }

        return false;
    }

    private async Task<bool> AnswerUploadAsync(NetworkStream stream, RegistryRequest request, byte[] body)
    {
        string[] parts = request.Path.Split('?')[0].Split('/');
        Dictionary<string, string> query = request.Path.Split('?').ElementAtOrDefault(1)?.Split('&').Select(static part => part.Split('=')).ToDictionary(static part => part[0], static part => Uri.UnescapeDataString(part[1]), StringComparer.Ordinal) ?? [];
        switch (request.Method, parts[^2])
        {
            case ("HEAD", "blobs"):
                return await SendAsync(stream, _blobs.TryGetValue(parts[^1], out byte[]? blob) ? "200 OK" : "404 Not Found", "", blob ?? [], Fault.None, isHead: true);
            case ("PUT", "manifests"):
                _manifests[$"{parts[2]}/{parts[3]}:{parts[^1]}"] = body;
                return await SendAsync(stream, "201 Created", $"Docker-Content-Digest: {BlobDigest.Of(body)}\r\n", [], Fault.None);
            case ("POST", "uploads") when query.TryGetValue("mount", out string? digest) && _elsewhere.TryGetValue($"{query["from"]}@{digest}", out byte[]? mounted):
                _blobs[digest] = mounted;
                return await SendAsync(stream, "201 Created", "", [], Fault.None);
            case ("POST", "uploads"):
                string id = Guid.NewGuid().ToString("n");
                _uploads[id] = new MemoryStream();
                return await SendAsync(stream, "202 Accepted", $"Location: /v2/{parts[2]}/{parts[3]}/blobs/uploads/{id}?_state=a%2Bb\r\nRange: 0-0\r\n", [], Fault.None);
        }

        if (!_uploads.TryGetValue(UploadOf(request), out MemoryStream? upload))
        {
            return await SendAsync(stream, "404 Not Found", "", [], Fault.None);
        }

        if (request.Method == "PUT")
        {
            return await FinishAsync(stream, query["digest"], upload);
        }

        Append(upload, body);
        string status = request.Method == "PATCH" ? "202 Accepted" : "204 No Content";
        return await SendAsync(stream, status, $"Location: {request.Path}\r\nRange: 0-{Math.Max(0, upload.Length - 1)}\r\n", [], Fault.None);
    }

    private async Task<bool> FinishAsync(NetworkStream stream, string digest, MemoryStream upload)
    {
        byte[] content = upload.ToArray();
        if (BlobDigest.Of(content).ToString() != digest)
        {
            return await SendAsync(stream, "400 Bad Request", "", Encoding.UTF8.GetBytes("""{"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match uploaded content"}]}"""), Fault.None);
        }

        _blobs[digest] = content;
        return await SendAsync(stream, "201 Created", "", [], Fault.None);
    }

    private static string UploadOf(RegistryRequest request) => request.Path.Split('?')[0].Split('/')[^1];

    private void Append(MemoryStream upload, byte[] bytes)
    {
        upload.Write(bytes);
        Interlocked.Add(ref _bytesReceived, bytes.Length);
    }
}
