using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Models by name, in folders that are laid out as Ollama's (blobs by their SHA-256, a manifest for each name), so that both programs can
/// use the same ones. What is written is whole or not there at all, and several processes may use a store at once. Names are read as
/// Ollama reads them, without regard to case: <c>qwen2.5:0.5b</c>, <c>hf.co/ORG/REPOSITORY:Q4_K_M</c>.
/// <para>All members are safe for concurrent use. Looking up a name costs no more than a look at the model's files: the manifests are kept
/// in memory and read again when they change.</para>
/// </summary>
public sealed partial class ModelStore : IModelStore, IModelResolver, IDisposable
{
    private readonly ModelIndex[] _indexes;

    private readonly ModelCatalogue _catalogue;
    private readonly Func<string, string?> _environment;
    private readonly Lazy<HttpClient> _http;

    private ModelStore(ModelStoreOptions options)
    {
        _environment = options.Variables;
        _indexes = [.. options.ToRoots(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)).Select(static root => new ModelIndex(root))];
        _catalogue = options.Catalogue ?? ModelCatalogue.BuiltIn;
        _http = new Lazy<HttpClient>(() => RegistryHttp.CreateClient(RegistryHttp.CreateHandler(_environment)));
    }

    /// <summary>The folder that models are added to.</summary>
    public string Folder => Own.Root.Folder;

    internal ModelIndex Own => _indexes[0];

    /// <summary>Told the name of each model that a list leaves out, and why: once for each of its manifests, on the thread that lists.</summary>
    internal Action<string, StoreException>? LeftOut { get; set; }

    /// <summary>Opens a store. Nothing is written until a model is added.</summary>
    /// <param name="options">Where it lies; <see langword="null"/>: where the environment says.</param>
    /// <returns>The store, which the caller disposes.</returns>
    public static ModelStore Open(ModelStoreOptions? options = null) => new(options ?? new ModelStoreOptions());

    /// <summary>
    /// All models that are complete, the latest first. Of models of one name, only the one that the name stands for. One that is damaged is
    /// left out; <see cref="Find"/> and <see cref="VerifyAsync"/> say why.
    /// </summary>
    /// <exception cref="StoreException">A folder cannot be read.</exception>
    public IReadOnlyList<StoredModel> List() => [.. Entries().Select(TryDescribe).OfType<StoredModel>().OrderByDescending(static model => model.ModifiedAt)];

    /// <summary>Finds a model.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The model, or <see langword="null"/> if there is none of that name.</returns>
    /// <exception cref="StoreException">The text is no name, or the model is damaged or incomplete.</exception>
    public StoredModel? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        IndexedModel? entry = FindEntry(ModelName.Parse(name));
        entry?.RequireComplete();
        return entry is null ? null : Describe(entry);
    }

    /// <summary>A Modelfile that would make this model again, with the path of its weights.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="StoreException">The text is no name, or the model is damaged or incomplete.</exception>
    public Modelfile GetModelfile(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ModelfileOfModel.Describe(GetEntry(name));
    }

    /// <inheritdoc/>
    public ValueTask<ModelLocation?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        cancellationToken.ThrowIfCancellationRequested();
        IndexedModel? entry = ModelName.TryParse(name, out ModelName? parsed) ? FindEntry(parsed) : null;
        entry?.RequireComplete();
        return new(entry is null ? null : Locate(entry));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ModelLocation>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new([.. Entries().Where(IsUsable).Select(Locate)]);
    }

    /// <summary>Ends the watch over its folders, and downloads that still run.</summary>
    public void Dispose()
    {
        foreach (ModelIndex index in _indexes)
        {
            index.Dispose();
        }

        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }

    internal IndexedModel? FindEntry(ModelName name)
    {
        foreach (ModelIndex index in _indexes)
        {
            if (index.Models.TryGetValue(name.Full, out IndexedModel? entry))
            {
                return entry;
            }
        }

        return null;
    }

    private IndexedModel GetEntry(string name)
    {
        IndexedModel entry = FindEntry(ModelName.Parse(name)) ?? throw ExceptionFactory.ModelUnknown(name, [.. List().Select(static model => model.Name)]);
        entry.RequireComplete();
        return entry;
    }

    private ModelLocation Locate(IndexedModel entry) => ModelLocator.Locate(entry, FindKnown(entry.Name)?.Sampling ?? SamplingOverrides.None);

    private IEnumerable<IndexedModel> Entries() => _indexes.SelectMany(static index => index.Models.Values).DistinctBy(static entry => entry.Name);

    private bool IsUsable(IndexedModel entry)
    {
        if (ModelLocator.FindFault(entry) is not { } fault)
        {
            return true;
        }

        LeaveOut(entry, fault);
        return false;
    }

    private StoredModel? TryDescribe(IndexedModel entry)
    {
        try
        {
            entry.RequireComplete();
            return Describe(entry);
        }
        catch (StoreException e)
        {
            LeaveOut(entry, e);
            return null;
        }
    }

    private void LeaveOut(IndexedModel entry, StoreException fault)
    {
        // One that somebody has removed or replaced a moment ago is no damage.
        if (LeftOut is { } tell && entry.File.IsCurrent && entry.TryTell())
        {
            tell(entry.Name.ToString(), fault);
        }
    }

    private static StoredModel Describe(IndexedModel entry)
    {
        ModelConfig config = entry.Config;
        return new StoredModel
        {
            Name = entry.Name.ToString(),
            Digest = entry.Digest.Hex,
            SizeInBytes = entry.Manifest.SizeInBytes,
            ModifiedAt = new DateTimeOffset(entry.File.Stamp.ModifiedTicks, TimeSpan.Zero),
            IsReadOnly = !entry.Root.IsWritable,
            Format = config.ModelFormat,
            Family = config.ModelFamily,
            ParameterSize = config.ModelType,
            Quantization = config.FileType,
        };
    }
}
