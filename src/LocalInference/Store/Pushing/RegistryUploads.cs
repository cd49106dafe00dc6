using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Puts blobs and manifests into one repository of a registry (OCI distribution specification 1.1, "Push").</summary>
/// <param name="transport">Carries the requests.</param>
/// <param name="name">The model, for errors and paths.</param>
/// <param name="options">How patient to be.</param>
internal sealed class RegistryUploads(RegistryTransport transport, ModelName name, PushOptions options)
{
    // A registry may read all of a blob again before it answers the last request; disks do 50 MB/s at least.
    private const double CheckBytesPerSecond = 50e6;

    /// <summary>Whether the repository has a blob.</summary>
    /// <exception cref="TransferInterruptedException">It may say another time.</exception>
    public async Task<bool> HasAsync(BlobDigest digest, CancellationToken cancellationToken)
    {
        RegistryMessage message = new(HttpMethod.Head, Locate($"blobs/{digest}")) { Expected = [HttpStatusCode.NotFound] };
        using HttpResponseMessage response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Has a blob of another repository of the registry put into this one.</summary>
    /// <returns>Whether that is done.</returns>
    /// <exception cref="TransferInterruptedException">It may succeed another time.</exception>
    public async Task<bool> MountAsync(BlobDigest digest, string repository, CancellationToken cancellationToken)
    {
        Uri uri = Locate($"blobs/uploads/?mount={Uri.EscapeDataString(digest.ToString())}&from={Uri.EscapeDataString(repository)}");

        // Who may not read there, or asks a registry that cannot do it, uploads the blob. An upload that it begins instead expires unused.
        RegistryMessage message = new(HttpMethod.Post, uri) { Expected = [HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed] };
        using HttpResponseMessage response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.Created;
    }

    /// <summary>Begins an upload.</summary>
    /// <returns>Where it goes on.</returns>
    /// <exception cref="TransferInterruptedException">It may succeed another time.</exception>
    public async Task<Uri> BeginAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(new RegistryMessage(HttpMethod.Post, Locate("blobs/uploads/")), cancellationToken).ConfigureAwait(false);
        return Next(response) ?? throw transport.Failed($"{transport.Base.Host} does not say where to upload to");
    }

    /// <summary>How far an upload is that was broken off.</summary>
    /// <returns>Where it goes on, and from which byte; <see langword="null"/>: it must begin anew.</returns>
    /// <exception cref="TransferInterruptedException">It may say another time.</exception>
    public async Task<(Uri Uri, long Offset)?> FindAsync(Uri upload, CancellationToken cancellationToken)
    {
        RegistryMessage message = new(HttpMethod.Get, upload) { Expected = [HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed] };
        using HttpResponseMessage response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode && Received(response) is { } offset ? (Next(response) ?? upload, offset) : null;
    }

    /// <summary>Sends the next part of a blob.</summary>
    /// <param name="upload">Where it goes.</param>
    /// <param name="part">Makes the part.</param>
    /// <param name="from">Its first byte.</param>
    /// <param name="to">The byte behind its last.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Where the upload goes on, and from which byte.</returns>
    /// <exception cref="TransferInterruptedException">It broke off; ask how far it is.</exception>
    public async Task<(Uri Uri, long Offset)> SendAsync(Uri upload, Func<StallWatch, HttpContent> part, long from, long to, CancellationToken cancellationToken)
    {
        using StallWatch watch = new(options.StallTimeout, cancellationToken);
        RegistryMessage message = new(HttpMethod.Patch, upload)
        {
            Content = () =>
            {
                HttpContent content = part(watch);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{from}-{to - 1}"));
                return content;
            },
            Expected = [HttpStatusCode.NotFound, HttpStatusCode.RequestedRangeNotSatisfiable],
        };
        using HttpResponseMessage response = await SendAsync(message, watch).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? (Next(response) ?? upload, Received(response) ?? to)
            : throw new TransferInterruptedException($"{transport.Base.Host} has lost the upload");
    }

    /// <summary>Makes what was sent a blob.</summary>
    /// <exception cref="TransferInterruptedException">It broke off; ask whether the blob is there.</exception>
    /// <exception cref="StoreException">It is not what its digest says.</exception>
    public async Task FinishAsync(Uri upload, ManifestLayer blob, CancellationToken cancellationToken)
    {
        UriBuilder builder = new(upload);
        builder.Query = $"{(builder.Query.Length > 1 ? builder.Query[1..] + "&" : "")}digest={Uri.EscapeDataString(blob.Digest.ToString())}";
        using StallWatch watch = new(options.StallTimeout + TimeSpan.FromSeconds(blob.Size / CheckBytesPerSecond), cancellationToken);
        RegistryMessage message = new(HttpMethod.Put, builder.Uri) { Content = static () => new ByteArrayContent([]), Expected = [HttpStatusCode.NotFound] };
        using HttpResponseMessage response = await SendAsync(message, watch).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new TransferInterruptedException($"{transport.Base.Host} has lost the upload");
        }
    }

    /// <summary>Puts the manifest under the model's tag.</summary>
    /// <exception cref="TransferInterruptedException">It may succeed another time.</exception>
    /// <exception cref="StoreException">The registry does not take it, or takes it for another one.</exception>
    public async Task PutManifestAsync(byte[] json, string mediaType, CancellationToken cancellationToken)
    {
        RegistryMessage message = new(HttpMethod.Put, Locate($"manifests/{name.Tag}"))
        {
            Content = () => new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
        };
        using HttpResponseMessage response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        if (response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? digests) && BlobDigest.TryParse(digests.First(), out BlobDigest digest))
        {
            BlobStore.Require(BlobDigest.Of(json), digest, $"the manifest at {transport.Base.Host}");
        }
    }

    private Uri Locate(string what) => new(transport.Base, $"v2/{name.Namespace}/{name.Model}/{what}");

    private Uri? Next(HttpResponseMessage response)
    {
        Uri asked = response.RequestMessage!.RequestUri!;
        return response.Headers.Location is { } location ? transport.Follow(asked, new Uri(asked, location)) : null;
    }

    // "0-0" is what registries say of one byte, and of none.
    private static long? Received(HttpResponseMessage response)
    {
        string? text = response.Headers.TryGetValues("Range", out IEnumerable<string>? values) ? values.First() : null;
        int hyphen = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        return hyphen >= 0 && long.TryParse(text.AsSpan(hyphen + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long last) && last > 0 ? last + 1 : null;
    }

    private async Task<HttpResponseMessage> SendAsync(RegistryMessage message, CancellationToken cancellationToken)
    {
        using StallWatch watch = new(options.StallTimeout, cancellationToken);
        return await SendAsync(message, watch).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(RegistryMessage message, StallWatch watch)
    {
        try
        {
            return await transport.SendAsync(message, watch.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (watch.IsStalled)
        {
            throw new TransferInterruptedException("the connection stalled");
        }
    }
}
