using System.Net.Http.Headers;
using LocalInference.Abstractions;

namespace LocalInference;

public sealed partial class ModelStore
{
    /// <summary>
    /// Downloads a model from the registry in its name: Ollama's, Hugging Face's (<c>hf.co/ORG/REPOSITORY:QUANTIZATION</c>, split models
    /// too), or any that speaks the OCI distribution protocol. A short name of the catalogue stands for the model that is known by
    /// it, whose weights must be what they were at the first pull, or what the catalogue states. Every part is checked against its SHA-256.
    /// What is broken off is gone on with by the next pull of the same model, also after the process was killed; several pulls of one model,
    /// in this process or in others, share one download. Proxies are those of the environment (<c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c>, <c>NO_PROXY</c>) or else of the system.
    /// </summary>
    /// <param name="name">The model.</param>
    /// <param name="options">How it is downloaded; <see langword="null"/>: defaults.</param>
    /// <param name="progress">Told how far it is, on whichever thread.</param>
    /// <param name="cancellationToken">Stops it; what has come stays for the next pull.</param>
    /// <exception cref="ModelNotFoundException">The registry has no such model.</exception>
    /// <exception cref="StoreException">The name is none, the download failed or is not what it should be, the disk has no room, or the store cannot be written to.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task PullAsync(string name, PullOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        options ??= new PullOptions();
        PullOptions.Validate(options);
        ModelName target = ModelName.Parse(name);
        KnownModel? known = FindKnown(target);
        ModelName source = known is null ? target : ModelName.Parse(known.Source);
        RegistryAddress address = RegistryAddress.Of(source, options, _environment);
        using RegistryClient client = new(_http.Value, address, source, options);
        TransferProgress reports = new(progress, "pulling");
        DigestPins pins = new(Own.Root);
        await AddPulledAsync(target, reports, FetchPinnedAsync, cancellationToken).ConfigureAwait(false);

        async Task<(byte[] Manifest, BlobDigest[] Spare)> FetchPinnedAsync()
        {
            (byte[] Manifest, BlobDigest[] Spare) pulled = await FetchAsync().ConfigureAwait(false);
            if (known is not null)
            {
                ModelManifest manifest = ModelManifest.Parse(pulled.Manifest, name);
                pins.Check(known, manifest);
                pins.Keep(known, manifest);
            }

            return pulled;
        }

        async Task<(byte[] Manifest, BlobDigest[] Spare)> FetchAsync()
        {
            Action<ModelManifest> check = known is null ? static _ => { } : manifest => pins.Check(known, manifest);
            try
            {
                return (await new ModelPull(Own.Root, client, source, check, options, reports).RunAsync(cancellationToken).ConfigureAwait(false), []);
            }
            catch (StoreException e) when (address.IsHuggingFace && e is { Code: "download_failed", Value: "400" })
            {
                // So it answers where the model is split.
                return await new SplitModelPull(this, client, source, target, options, reports, progress).RunAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Downloads a GGUF file and makes a model of it; all else is as <see cref="PullAsync"/> does it.</summary>
    /// <param name="source">The address of the file.</param>
    /// <param name="sha256">What it must be: 64 hexadecimal digits in lower case.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="options">How it is downloaded; <see langword="null"/>: defaults.</param>
    /// <param name="progress">Told how far it is, on whichever thread.</param>
    /// <param name="cancellationToken">Stops it; what has come stays for the next pull.</param>
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="StoreException">As <see cref="PullAsync"/>, or the file is no GGUF file.</exception>
    /// <exception cref="ArgumentException">The address is none of HTTP, or the digest is none.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task PullFileAsync(Uri source, string sha256, string name, PullOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(name);
        if (!source.IsAbsoluteUri || (source.Scheme != Uri.UriSchemeHttps && source.Scheme != Uri.UriSchemeHttp))
        {
            throw new ArgumentException("It is no address of HTTP or HTTPS.", nameof(source));
        }

        if (!BlobDigest.TryParse($"sha256:{sha256}", out BlobDigest digest))
        {
            throw new ArgumentException("It is not 64 hexadecimal digits in lower case.", nameof(sha256));
        }

        options ??= new PullOptions();
        PullOptions.Validate(options);
        ModelName target = ModelName.Parse(name);
        using RegistryClient client = new(_http.Value, RegistryAddress.Of(source, options, _environment), target, options);
        TransferProgress reports = new(progress, "pulling");
        await AddPulledAsync(
            target,
            reports,
            async () =>
            {
                ManifestLayer file = await FetchFileAsync(client, source.PathAndQuery, digest, options, reports, cancellationToken).ConfigureAwait(false);
                Modelfile recipe = new(new ModelfileInstruction(ModelfileKeyword.From, Own.Root.BlobPath(file.Digest)));
                ModelManifest manifest = await new ModelCreation(this, recipe, new CreateOptions { Folder = Own.Root.Folder }, quantization: null, pull: null, progress).BuildAsync(cancellationToken).ConfigureAwait(false);
                return (manifest.ToJson(), []);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private KnownModel? FindKnown(ModelName name) => _catalogue.Find(name.Model) is { } known && ModelName.Parse(known.Name).Equals(name) ? known : null;

    private async Task<ManifestLayer> FetchFileAsync(RegistryClient client, string path, BlobDigest digest, PullOptions options, TransferProgress progress, CancellationToken cancellationToken)
    {
        ManifestLayer file = new(MediaTypes.Model, digest, await client.GetLengthAsync(path, cancellationToken).ConfigureAwait(false));
        PrivateFile.CreateFolder(Own.Root.Blobs);
        DiskSpace.Require(Own.Root.Blobs, Own.Root.Holds(file) ? 0 : file.Size - DownloadFile.ReadFilled(Own.Root, file));
        Task<HttpResponseMessage> Open(RangeHeaderValue? range, CancellationToken stop) => client.GetFileAsync(path, range, stop);
        await new BlobDownload(Open, Own.Root, file, options, new BandwidthLimiter(options.MaxBytesPerSecond), completed => progress.Report(file, completed)).RunAsync(cancellationToken).ConfigureAwait(false);
        return file;
    }

    // Whoever adds blobs holds the lock until the manifest names them.
    private async Task AddPulledAsync(ModelName name, TransferProgress progress, Func<Task<(byte[] Manifest, BlobDigest[] Spare)>> pull, CancellationToken cancellationToken)
    {
        BlobDigest[] unused;
        using (await StoreLock.TakeSharedAsync(Own.Root, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                (byte[] manifest, BlobDigest[] spare) = await pull().ConfigureAwait(false);
                unused = [.. spare, .. Own.Models.TryGetValue(name.Full, out IndexedModel? old) ? TryGetBlobs(old) : []];
                progress.Report("writing manifest");
                WriteManifest(name, manifest);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ExceptionFactory.StoreFailed($"'{name}' could not be stored", e.Message, "Check the disk, and that you may write to the store.", e);
            }
        }

        progress.Report("removing unused layers");
        BlobCollector.Collect(Own.Root, unused);
        progress.Report("success");
    }
}
