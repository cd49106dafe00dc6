using LocalInference.Abstractions;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>A real store in a folder of its own, but for what comes from registries and goes to them, which is played.</summary>
internal sealed class PlayedStore : IModelStore, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-server-store-").FullName;
    private readonly ModelStore _store;

    public PlayedStore()
    {
        _store = ModelStore.Open(new ModelStoreOptions { Directory = _folder, ReadOnlyDirectories = [] });
        Catalog = new ModelHost(_store);
    }

    public ModelHost Catalog { get; }

    /// <summary>What a pull or a push does; it gets the model's name, whether encryption may be missing, and who listens.</summary>
    public Func<string, bool, IProgress<StoreProgress>?, CancellationToken, Task> Transfer { get; init; } = static (_, _, _, _) => Task.CompletedTask;

    public IReadOnlyList<StoredModel> List() => _store.List();

    public StoredModel? Find(string name) => _store.Find(name);

    public Modelfile GetModelfile(string name) => _store.GetModelfile(name);

    public Task PullAsync(string name, PullOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default) =>
        TransferAsync(name, options!, progress, cancellationToken);

    public Task PushAsync(string name, PushOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default) =>
        TransferAsync(name, options!, progress, cancellationToken);

    public Task CreateAsync(string name, Modelfile modelfile, CreateOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default) =>
        _store.CreateAsync(name, modelfile, options, progress, cancellationToken);

    public Task CopyAsync(string source, string destination, CancellationToken cancellationToken = default) => _store.CopyAsync(source, destination, cancellationToken);

    public void Remove(string name) => _store.Remove(name);

    public bool HasBlob(string digest) => _store.HasBlob(digest);

    public Task<bool> AddBlobAsync(string digest, Stream content, CancellationToken cancellationToken = default) => _store.AddBlobAsync(digest, content, cancellationToken);

    // What is no name is refused as by any store.
    private Task TransferAsync(string name, TransferOptions options, IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        _ = _store.Find(name);
        return Transfer(name, options.AllowInsecure, progress, cancellationToken);
    }

    public void Dispose()
    {
        Catalog.Dispose();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
