using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// The models of one store, in memory. The system tells when a file below <c>manifests</c> changes; then the folders are listed anew, and
/// only the manifests that are new or have changed are read. Where the system cannot tell, they are listed every time.
/// </summary>
/// <param name="root">The store.</param>
internal sealed class ModelIndex(StoreRoot root) : IDisposable
{
    private readonly Lock _gate = new();
    private Dictionary<string, IndexedModel> _models = new(StringComparer.OrdinalIgnoreCase);
    private FileSystemWatcher? _watcher;
    private volatile bool _isStale = true;
    private bool _isDisposed;

    public StoreRoot Root => root;

    /// <summary>The manifests read so far; for tests.</summary>
    public int Reads { get; private set; }

    /// <summary>The models by their full names. Nobody changes it.</summary>
    /// <exception cref="StoreException">The folders cannot be listed.</exception>
    public IReadOnlyDictionary<string, IndexedModel> Models
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                Watch();
                if (_isStale || _watcher is null)
                {
                    // What changes while we list makes it stale again.
                    _isStale = false;
                    List();
                }

                return _models;
            }
        }
    }

    /// <summary>Has the next use look for changes: the system tells of our own with a delay.</summary>
    public void Invalidate() => _isStale = true;

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    private void List()
    {
        try
        {
            Dictionary<string, IndexedModel> models = new(StringComparer.OrdinalIgnoreCase);
            foreach (ManifestFile file in ManifestFiles.Enumerate(root))
            {
                bool isKnown = _models.TryGetValue(file.Name.Full, out IndexedModel? known) && known.File.Path == file.Path && known.File.Stamp == file.Stamp;
                Reads += isKnown ? 0 : 1;
                models[file.Name.Full] = isKnown ? known! : new IndexedModel(root, file);
            }

            _models = models;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isStale = true;
            throw ExceptionFactory.StoreFailed($"The models in '{root.Folder}' could not be listed", e.Message, "Check that you may read the folder.", e);
        }
    }

    // The folder may come to be later than we do, and the system may run out of watches.
    private void Watch()
    {
        if (_watcher is not null || !Directory.Exists(root.Manifests))
        {
            return;
        }

        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(root.Manifests) { IncludeSubdirectories = true };
            watcher.Changed += (_, _) => _isStale = true;
            watcher.Created += (_, _) => _isStale = true;
            watcher.Deleted += (_, _) => _isStale = true;
            watcher.Renamed += (_, _) => _isStale = true;
            watcher.Error += (_, _) => Unwatch();
            watcher.EnableRaisingEvents = true;
            _isStale = true;
            _watcher = watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            watcher?.Dispose();
        }
    }

    private void Unwatch()
    {
        lock (_gate)
        {
            _watcher?.Dispose();
            _watcher = null;
            _isStale = true;
        }
    }
}
