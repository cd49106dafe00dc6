using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Brings one blob into a repository, unless it is there or in another one of the registry: part by part, going on where it broke off.</summary>
/// <param name="uploads">The repository.</param>
/// <param name="path">The blob's file.</param>
/// <param name="blob">What it is.</param>
/// <param name="repositories">Others of the registry that may have it.</param>
/// <param name="options">How.</param>
/// <param name="limiter">How fast.</param>
/// <param name="report">Told the bytes that are there, often.</param>
internal sealed class BlobUpload(RegistryUploads uploads, string path, ManifestLayer blob, IReadOnlyList<string> repositories, PushOptions options, BandwidthLimiter limiter, Action<long> report)
{
    private Uri? _upload;
    private long _offset;
    private long _furthest;
    private bool _hasAskedOthers;

    /// <exception cref="LocalInferenceException">The registry does not take it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using FileStream file = PrivateFile.Open(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        await Retry.RunAsync(options, $"the part {blob.Digest}", () => AttemptAsync(file, cancellationToken), () => _furthest, cancellationToken).ConfigureAwait(false);
        report(blob.Size);
    }

    // From the beginning of each attempt: the answer to the last request of the one before may be all that was lost.
    private async Task AttemptAsync(FileStream file, CancellationToken cancellationToken)
    {
        if (await uploads.HasAsync(blob.Digest, cancellationToken).ConfigureAwait(false) || await MountAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        (Uri Uri, long Offset)? found = _upload is null ? null : await uploads.FindAsync(_upload, cancellationToken).ConfigureAwait(false);
        (_upload, _offset) = found is { } open && open.Offset <= blob.Size ? open : (await uploads.BeginAsync(cancellationToken).ConfigureAwait(false), 0);
        while (_offset < blob.Size)
        {
            long from = _offset;
            long to = Math.Min(from + options.ChunkBytes, blob.Size);
            (_upload, _offset) = await uploads.SendAsync(_upload, watch => new FilePart(file, from, to - from, limiter, watch, sent => report(from + sent)), from, to, cancellationToken).ConfigureAwait(false);
            _furthest = Math.Max(_furthest, _offset);
        }

        await uploads.FinishAsync(_upload, blob, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> MountAsync(CancellationToken cancellationToken)
    {
        if (_hasAskedOthers)
        {
            return false;
        }

        _hasAskedOthers = true;
        foreach (string repository in repositories)
        {
            if (await uploads.MountAsync(blob.Digest, repository, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }
}
