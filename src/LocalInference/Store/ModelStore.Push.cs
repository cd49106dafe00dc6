using LocalInference.Abstractions;

namespace LocalInference;

public sealed partial class ModelStore
{
    /// <summary>
    /// Uploads a model to the registry in its name: any that speaks the OCI distribution protocol. Blobs that the registry has are not
    /// uploaded, those of its other repositories are taken over there; what is broken off is gone on with. Proxies are those of the
    /// environment, as for a pull. Ollama's own registry asks for the key of an Ollama, which this is none.
    /// </summary>
    /// <param name="name">The model; give it the registry's name before, with <see cref="CopyAsync"/>.</param>
    /// <param name="options">How it is uploaded; <see langword="null"/>: defaults.</param>
    /// <param name="progress">Told how far it is, on whichever thread.</param>
    /// <param name="cancellationToken">Stops it; the registry has no model then that it had not before.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="StoreException">The name is none, the model is damaged or incomplete, or the registry does not take it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task PushAsync(string name, PushOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        options ??= new PushOptions();
        PushOptions.Validate(options);
        IndexedModel entry = GetEntry(name);
        RegistryAddress address = RegistryAddress.Of(entry.Name, options, _environment);
        if (string.Equals(address.Base.Host, ModelName.DefaultHost, StringComparison.OrdinalIgnoreCase))
        {
            throw ExceptionFactory.PushUnsupported(name, address.Base.Host);
        }

        using RegistryTransport transport = new(_http.Value, address, entry.Name, options);
        try
        {
            await new ModelPush(new RegistryUploads(transport, entry.Name, options), entry, [.. Entries()], options, new TransferProgress(progress, "pushing")).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.StoreFailed($"'{name}' could not be read", e.Message, "Run `localinference verify`, and check the disk.", e);
        }
    }
}
