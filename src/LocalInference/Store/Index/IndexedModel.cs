using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>A model that a store lists, with what was read of it. Blobs never change under their digest, so they are read once.</summary>
internal sealed class IndexedModel
{
    private readonly ModelManifest? _manifest;
    private readonly StoreException? _fault;
    private readonly Lazy<ModelConfig> _config;
    private readonly Lazy<ModelParameters> _parameters;
    private readonly Lazy<ModelDefaults> _defaults;
    private int _isTold;

    public IndexedModel(StoreRoot root, ManifestFile file)
    {
        Root = root;
        File = file;
        try
        {
            Json = ManifestFiles.Read(file.Path);
            Digest = BlobDigest.Of(Json);
            _manifest = ModelManifest.Parse(Json, file.Name.ToString());
        }
        catch (StoreException e)
        {
            _fault = e;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _fault = ExceptionFactory.ManifestDamaged(file.Name.ToString(), e.Message, e);
        }

        // What fails may be there the next time: nothing but results is kept.
        _config = new(ReadConfig, LazyThreadSafetyMode.PublicationOnly);
        _parameters = new(ReadParameters, LazyThreadSafetyMode.PublicationOnly);
        _defaults = new(() => StoredDefaults.Read(this), LazyThreadSafetyMode.PublicationOnly);
    }

    public StoreRoot Root { get; }

    public ManifestFile File { get; }

    public ModelName Name => File.Name;

    /// <summary>The manifest as it is written.</summary>
    public byte[] Json { get; } = [];

    /// <summary>Of the manifest; what Ollama shows as the model's.</summary>
    public BlobDigest Digest { get; }

    /// <exception cref="StoreException">It is damaged.</exception>
    public ModelManifest Manifest => _manifest ?? throw _fault!;

    /// <exception cref="StoreException">It is damaged or missing.</exception>
    public ModelConfig Config => _config.Value;

    /// <exception cref="StoreException">They are damaged or missing.</exception>
    public ModelParameters Parameters => _parameters.Value;

    /// <summary>What it says for requests that say nothing themselves.</summary>
    /// <exception cref="StoreException">It is damaged or missing.</exception>
    public ModelDefaults Defaults => _defaults.Value;

    /// <summary>Whether everything that it consists of is there.</summary>
    public bool IsComplete => _manifest is not null && _manifest.Blobs.All(Root.Holds);

    /// <exception cref="StoreException">Something is damaged or missing.</exception>
    public void RequireComplete()
    {
        if (Manifest.Blobs.FirstOrDefault(blob => !Root.Holds(blob)) is { } missing)
        {
            throw ExceptionFactory.ModelIncomplete(Name.ToString(), missing.Digest.ToString());
        }
    }

    /// <summary>Whether what is wrong with it has still to be told; the first who asks does it.</summary>
    public bool TryTell() => Interlocked.Exchange(ref _isTold, 1) == 0;

    public byte[] Read(ManifestLayer layer) => new BlobStore(Root).Read(layer, Name.ToString());

    private ModelConfig ReadConfig()
    {
        try
        {
            return JsonSerializer.Deserialize(Read(Manifest.Config), LayerJson.Default.ModelConfig) ?? new ModelConfig();
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.ManifestDamaged(Name.ToString(), $"its configuration is no JSON: {e.Message}", e);
        }
    }

    private ModelParameters ReadParameters() =>
        Manifest.OfType(MediaTypes.Parameters).LastOrDefault() is { } layer ? ModelParameters.FromJson(Read(layer), Name.ToString()) : ModelParameters.None;
}
