using LocalInference.Abstractions;

namespace LocalInference;

public sealed partial class ModelStore
{
    /// <summary>
    /// Makes a model from a Modelfile. GGUF files are copied as they are; a split one becomes one file. A model that it is made from is
    /// pulled if it is not there. One that has the name is replaced when all is written.
    /// </summary>
    /// <param name="name">The new model's name.</param>
    /// <param name="modelfile">The recipe. Instructions that take a path take a blob of the store as well, as <c>@sha256:</c> and its digits.</param>
    /// <param name="folder">The folder that paths in it are relative to; <see langword="null"/>: it must not name files, for recipes that others send.</param>
    /// <param name="progress">Told what happens, on whichever thread.</param>
    /// <param name="cancellationToken">Stops it; then all is as before.</param>
    /// <exception cref="ModelNotFoundException">There is no model or file that the recipe names.</exception>
    /// <exception cref="StoreException">A name is none, a file is not what it should be, the disk has no room, or the store cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task CreateAsync(string name, Modelfile modelfile, string? folder, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default) =>
        CreateAsync(name, modelfile, folder, new PullOptions(), progress, cancellationToken);

    internal async Task CreateAsync(string name, Modelfile modelfile, string? folder, PullOptions pulling, IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(modelfile);
        ModelName target = ModelName.Parse(name);
        RequiredVersion.Check(name, modelfile.LastOf(ModelfileKeyword.Requires));
        BlobDigest[] replaced;
        using (await StoreLock.TakeSharedAsync(Own.Root, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                ModelManifest manifest = await new ModelCreation(this, modelfile, folder, source => PullAsync(source, pulling, progress, cancellationToken), progress).BuildAsync(cancellationToken).ConfigureAwait(false);
                replaced = Own.Models.TryGetValue(target.Full, out IndexedModel? old) ? TryGetBlobs(old) : [];
                progress?.Report(new StoreProgress("writing manifest"));
                WriteManifest(target, manifest.ToJson());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ExceptionFactory.StoreFailed($"'{name}' could not be created", e.Message, "Check the files that it is made from, and the disk.", e);
            }
        }

        BlobCollector.Collect(Own.Root, replaced);
        progress?.Report(new StoreProgress("success"));
    }
}
