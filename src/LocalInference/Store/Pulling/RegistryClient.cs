using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Speaks to one repository of a registry (OCI distribution specification 1.1, and Docker's token authentication). It follows redirections
/// itself: no token goes with them to another host, and none of them may leave encryption behind.
/// </summary>
/// <param name="http">Sends requests, and follows no redirections.</param>
/// <param name="address">The registry.</param>
/// <param name="name">The model, for errors and paths.</param>
/// <param name="options">What is allowed, and how patient to be.</param>
internal sealed class RegistryClient(HttpClient http, RegistryAddress address, ModelName name, PullOptions options) : IDisposable
{
    private const int MostRedirections = 10;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile string? _token = address.Token;

    /// <summary>The registry's host.</summary>
    public string Host => address.Base.Host;

    /// <summary>The manifest, as it is.</summary>
    /// <exception cref="LocalInferenceException">There is none, or it cannot be had.</exception>
    public async Task<byte[]> GetManifestAsync(CancellationToken cancellationToken)
    {
        byte[] manifest = [];
        await Retry.RunAsync(options, $"'{name}'", async () => manifest = await ReadAsync(Locate($"manifests/{name.Tag}"), AcceptManifests, cancellationToken).ConfigureAwait(false), static () => 0, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    /// <summary>What the registry's host says at another path.</summary>
    /// <exception cref="LocalInferenceException">There is nothing, or it cannot be had.</exception>
    public async Task<byte[]> GetDocumentAsync(string path, CancellationToken cancellationToken)
    {
        byte[] document = [];
        await Retry.RunAsync(options, $"'{name}'", async () => document = await ReadAsync(new Uri(address.Base, path), static _ => { }, cancellationToken).ConfigureAwait(false), static () => 0, cancellationToken).ConfigureAwait(false);
        return document;
    }

    /// <summary>A part of a file at another path of the registry's host.</summary>
    /// <inheritdoc cref="GetBlobAsync"/>
    public Task<HttpResponseMessage> GetFileAsync(string path, RangeHeaderValue? range, CancellationToken cancellationToken) =>
        SendAsync(new Uri(address.Base, path), request => request.Headers.Range = range, cancellationToken);

    /// <summary>The length of a file at another path of the registry's host.</summary>
    /// <exception cref="LocalInferenceException">There is none, or nobody says.</exception>
    public async Task<long> GetLengthAsync(string path, CancellationToken cancellationToken)
    {
        long? length = null;
        await Retry.RunAsync(
            options,
            $"'{name}'",
            async () =>
            {
                // Not by HEAD, which signed addresses of storage refuse.
                using HttpResponseMessage response = await GetFileAsync(path, new RangeHeaderValue(0, 0), cancellationToken).ConfigureAwait(false);
                length = response.Content.Headers.ContentRange is { } range ? range.Length : response.Content.Headers.ContentLength;
            },
            static () => 0,
            cancellationToken).ConfigureAwait(false);
        return length ?? throw ExceptionFactory.DownloadFailed($"'{name}'", $"{Host} does not say how long the file is");
    }

    /// <summary>A part of a blob; the whole, if the server will have it so.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="range">The part; <see langword="null"/>: all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TransferInterruptedException">It may be had another time.</exception>
    /// <exception cref="LocalInferenceException">It cannot be had.</exception>
    public Task<HttpResponseMessage> GetBlobAsync(BlobDigest digest, RangeHeaderValue? range, CancellationToken cancellationToken) =>
        SendAsync(Locate($"blobs/{digest}"), request => request.Headers.Range = range, cancellationToken);

    public void Dispose() => _gate.Dispose();

    private static void AcceptManifests(HttpRequestMessage request)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.Manifest));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.OciManifest));
    }

    private async Task<byte[]> ReadAsync(Uri uri, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        using StallWatch watch = new(options.StallTimeout, cancellationToken);
        try
        {
            using HttpResponseMessage response = await SendAsync(uri, prepare, watch.Token).ConfigureAwait(false);
            byte[] content = await ReadAsync(response, ModelManifest.MostBytes, watch.Token).ConfigureAwait(false);
            return response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? digests)
                && BlobDigest.TryParse(digests.First(), out BlobDigest digest)
                && digest != BlobDigest.Of(content)
                    ? throw new TransferInterruptedException("the answer is not what its digest says")
                    : content;
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

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancellationToken)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[(int)Math.Min(most, response.Content.Headers.ContentLength ?? most) + 1];
        int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return length <= most ? buffer[..length] : throw ExceptionFactory.DownloadFailed($"'{name}'", $"{response.RequestMessage!.RequestUri!.Host} sent more than {most} bytes");
    }

    private Uri Locate(string what) => new(address.Base, $"v2/{name.Namespace}/{name.Model}/{what}");

    private async Task<HttpResponseMessage> SendAsync(Uri uri, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        bool mayFetchToken = true;
        for (int redirections = 0; redirections <= MostRedirections;)
        {
            string? token = IsRegistry(uri) ? _token : null;
            HttpResponseMessage response = await SendOnceAsync(uri, prepare, token, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && mayFetchToken && IsRegistry(uri) && BearerChallenge.Of(response) is { } challenge)
                {
                    mayFetchToken = false;
                    await FetchTokenAsync(challenge, token, cancellationToken).ConfigureAwait(false);
                }
                else if (response.Headers.Location is { } location && (int)response.StatusCode is 301 or 302 or 303 or 307 or 308)
                {
                    uri = Follow(uri, new Uri(uri, location));
                    redirections++;
                }
                else
                {
                    throw Refused(response);
                }
            }
        }

        throw ExceptionFactory.DownloadFailed($"'{name}'", $"{address.Base.Host} redirects more than {MostRedirections} times");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Uri uri, Action<HttpRequestMessage>? prepare, string? token, CancellationToken cancellationToken)
    {
        if (options.AllowedHosts is { } allowed && !allowed.Contains(uri.Host, StringComparer.OrdinalIgnoreCase))
        {
            throw ExceptionFactory.HostNotAllowed($"'{name}'", uri.Host, allowed);
        }

        using HttpRequestMessage request = new(HttpMethod.Get, uri);
        prepare?.Invoke(request);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new TransferInterruptedException(e.Message, inner: e);
        }
    }

    private async Task FetchTokenAsync(BearerChallenge challenge, string? refused, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_token is { } other && other != refused)
            {
                // Another connection has fetched one meanwhile.
                return;
            }

            Uri uri = Follow(address.Base, challenge.Address);
            using HttpResponseMessage response = await SendOnceAsync(uri, prepare: null, IsRegistry(uri) ? address.Token : null, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw Refused(response);
            }

            byte[] json = await ReadAsync(response, ModelManifest.MostBytes, cancellationToken).ConfigureAwait(false);
            TokenAnswer? answer = JsonSerializer.Deserialize(json, RegistryJson.Default.TokenAnswer);
            _token = answer?.Token ?? answer?.AccessToken ?? throw new TransferInterruptedException($"{uri.Host} answered without a token");
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new TransferInterruptedException($"the token could not be read: {e.Message}", inner: e);
        }
        finally
        {
            _gate.Release();
        }
    }

    private bool IsRegistry(Uri uri) => uri.Scheme == address.Base.Scheme && uri.Authority == address.Base.Authority;

    private Uri Follow(Uri from, Uri to)
    {
        bool isDowngrade = from.Scheme == Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttps;
        return isDowngrade || (to.Scheme != Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttp)
            ? throw ExceptionFactory.DownloadFailed($"'{name}'", $"{from.Host} redirects to {to.Scheme}, without encryption")
            : to;
    }

    private Exception Refused(HttpResponseMessage response)
    {
        string host = response.RequestMessage!.RequestUri!.Host;
        int status = (int)response.StatusCode;
        return status switch
        {
            401 or 403 => ExceptionFactory.DownloadRefused($"'{name}'", host),
            404 => ExceptionFactory.ModelNotOffered(name.ToString(), host),
            408 or 429 or >= 500 => new TransferInterruptedException($"{host} answered {status}", RetryAfter(response)),
            _ => ExceptionFactory.DownloadFailed($"'{name}'", $"{host} answered {status}", value: status.ToString(CultureInfo.InvariantCulture)),
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter is not { } header ? null : header.Delta ?? (header.Date - DateTimeOffset.UtcNow is { } wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
}
