using System.Net.Http.Headers;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Gets what one repository of a registry has (OCI distribution specification 1.1).</summary>
/// <param name="http">Sends requests, and follows no redirections.</param>
/// <param name="address">The registry.</param>
/// <param name="name">The model, for errors and paths.</param>
/// <param name="options">What is allowed, and how patient to be.</param>
internal sealed class RegistryClient(HttpClient http, RegistryAddress address, ModelName name, PullOptions options) : IDisposable
{
    private readonly RegistryTransport _transport = new(http, address, name, options);

    /// <summary>The registry's host.</summary>
    public string Host => address.Base.Host;

    /// <summary>The manifest, as it is.</summary>
    /// <exception cref="LocalInferenceException">There is none, or it cannot be had.</exception>
    public Task<byte[]> GetManifestAsync(CancellationToken cancellationToken) =>
        Retry.GetAsync(options, $"'{name}'", () => ReadAsync(Locate($"manifests/{name.Tag}"), AcceptManifests, cancellationToken), cancellationToken);

    /// <summary>What the registry's host says at another path.</summary>
    /// <exception cref="LocalInferenceException">There is nothing, or it cannot be had.</exception>
    public Task<byte[]> GetDocumentAsync(string path, CancellationToken cancellationToken) =>
        Retry.GetAsync(options, $"'{name}'", () => ReadAsync(new Uri(address.Base, path), static _ => { }, cancellationToken), cancellationToken);

    /// <summary>A part of a file at another path of the registry's host.</summary>
    /// <inheritdoc cref="GetBlobAsync"/>
    public Task<HttpResponseMessage> GetFileAsync(string path, RangeHeaderValue? range, CancellationToken cancellationToken) =>
        _transport.SendAsync(new RegistryMessage(HttpMethod.Get, new Uri(address.Base, path)) { Prepare = request => request.Headers.Range = range }, cancellationToken);

    /// <summary>The length of a file at another path of the registry's host.</summary>
    /// <exception cref="LocalInferenceException">There is none, or nobody says.</exception>
    public async Task<long> GetLengthAsync(string path, CancellationToken cancellationToken)
    {
        long? length = await Retry.GetAsync(options, $"'{name}'", () => WatchAsync(ReadLengthAsync, cancellationToken), cancellationToken).ConfigureAwait(false);
        return length ?? throw ExceptionFactory.DownloadFailed($"'{name}'", $"{Host} does not say how long the file is");

        async Task<long?> ReadLengthAsync(CancellationToken stop)
        {
            // Not by HEAD, which signed addresses of storage refuse.
            using HttpResponseMessage response = await GetFileAsync(path, new RangeHeaderValue(0, 0), stop).ConfigureAwait(false);
            return response.Content.Headers.ContentRange is { } range ? range.Length : response.Content.Headers.ContentLength;
        }
    }

    /// <summary>A part of a blob; the whole, if the server will have it so.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="range">The part; <see langword="null"/>: all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TransferInterruptedException">It may be had another time.</exception>
    /// <exception cref="LocalInferenceException">It cannot be had.</exception>
    public Task<HttpResponseMessage> GetBlobAsync(BlobDigest digest, RangeHeaderValue? range, CancellationToken cancellationToken) =>
        _transport.SendAsync(new RegistryMessage(HttpMethod.Get, Locate($"blobs/{digest}")) { Prepare = request => request.Headers.Range = range }, cancellationToken);

    public void Dispose() => _transport.Dispose();

    private static void AcceptManifests(HttpRequestMessage request)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.Manifest));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.OciManifest));
    }

    private Task<byte[]> ReadAsync(Uri uri, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken) => WatchAsync(
        async stop =>
        {
            using HttpResponseMessage response = await _transport.SendAsync(new RegistryMessage(HttpMethod.Get, uri) { Prepare = prepare }, stop).ConfigureAwait(false);
            byte[] content = await _transport.ReadAsync(response, ModelManifest.MostBytes, stop).ConfigureAwait(false);
            return response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? digests)
                && BlobDigest.TryParse(digests.First(), out BlobDigest digest)
                && digest != BlobDigest.Of(content)
                    ? throw new TransferInterruptedException("the answer is not what its digest says")
                    : content;
        },
        cancellationToken);

    private async Task<T> WatchAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        using StallWatch watch = new(options.StallTimeout, cancellationToken);
        try
        {
            return await request(watch.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (watch.IsStalled)
        {
            throw new TransferInterruptedException("the connection stalled");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TransferInterruptedException(e.Message, inner: e);
        }
    }

    private Uri Locate(string what) => new(address.Base, $"v2/{name.Namespace}/{name.Model}/{what}");
}
