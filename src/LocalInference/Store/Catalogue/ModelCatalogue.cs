using System.Collections.Frozen;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Models that are known by a short name, with where they come from and what they need: those that come with the program
/// (<c>models.manifest.json</c>), or an application's own in the same format. Immutable and safe for concurrent use.
/// </summary>
public sealed class ModelCatalogue
{
    private const string Resource = "models.manifest.json";
    private const int Version = 1;

    private static readonly Lazy<ModelCatalogue> s_builtIn = new(ReadBuiltIn);

    private readonly FrozenDictionary<string, KnownModel> _byName;

    private ModelCatalogue(IReadOnlyList<KnownModel> models, IReadOnlyList<HardwareProfile> profiles)
    {
        Models = models;
        Profiles = profiles;
        _byName = models.ToFrozenDictionary(static model => model.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The models that come with the program.</summary>
    public static ModelCatalogue BuiltIn => s_builtIn.Value;

    /// <summary>No models: names stand for what registries have.</summary>
    public static ModelCatalogue Empty { get; } = new([], []);

    /// <summary>The models, in their order.</summary>
    public IReadOnlyList<KnownModel> Models { get; }

    /// <summary>Machines that people have, to ask for recommendations for.</summary>
    public IReadOnlyList<HardwareProfile> Profiles { get; }

    /// <summary>Reads an application's own.</summary>
    /// <param name="path">A file in the format of <c>models.manifest.schema.json</c>.</param>
    /// <exception cref="StoreException">It is none, or names a model that no registry can have.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static ModelCatalogue Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Finds a model.</summary>
    /// <param name="name">Its short name, without regard to case.</param>
    /// <returns>The model, or <see langword="null"/> if none is known by that name.</returns>
    public KnownModel? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.GetValueOrDefault(name);
    }

    /// <summary>The models for a task that this machine can run, the best first.</summary>
    /// <param name="task">The task: <c>chat</c>, <c>coding</c>, <c>reasoning</c>, <c>embedding</c>, <c>trying</c>.</param>
    /// <param name="contextLength">Tokens of context that the task needs.</param>
    /// <exception cref="StoreException">No model is known for such a task.</exception>
    public IReadOnlyList<ModelRecommendation> Recommend(string task, int contextLength = 8192)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 1);
        return Recommend(task, contextLength, MachineMemory.Read());
    }

    /// <summary>The models for a task that a machine of some kind can run, the best first.</summary>
    /// <param name="task">The task: <c>chat</c>, <c>coding</c>, <c>reasoning</c>, <c>embedding</c>, <c>trying</c>.</param>
    /// <param name="contextLength">Tokens of context that the task needs.</param>
    /// <param name="profile">The machine, such as one of <see cref="Profiles"/>.</param>
    /// <exception cref="StoreException">No model is known for such a task.</exception>
    public IReadOnlyList<ModelRecommendation> Recommend(string task, int contextLength, HardwareProfile profile)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 1);
        ArgumentNullException.ThrowIfNull(profile);
        return Recommend(task, contextLength, profile.Memory);
    }

    internal IReadOnlyList<ModelRecommendation> Recommend(string task, int contextLength, MachineMemory machine)
    {
        KnownModel[] models = [.. Models.Where(model => model.Tasks.Contains(task, StringComparer.OrdinalIgnoreCase))];
        return models.Length > 0
            ? new ModelRanking(contextLength, machine).Rank(models)
            : throw ExceptionFactory.TaskUnknown(task, Models.SelectMany(static model => model.Tasks).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    internal static ModelCatalogue Parse(byte[] json, string path)
    {
        try
        {
            CatalogueFile file = JsonSerializer.Deserialize(json, CatalogueJson.Default.CatalogueFile) ?? throw new JsonException("it is null");
            HardwareProfile[] profiles = [.. file.Profiles ?? []];
            return file.Version != Version ? throw new JsonException($"its format is version {file.Version}, not {Version}")
                : file.Models.Select(Fault).FirstOrDefault(static fault => fault is not null) is { } fault ? throw new JsonException(fault)
                : file.Models.Select(static model => model.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() < file.Models.Count ? throw new JsonException("two models have the same name")
                : profiles.DistinctBy(static profile => profile.Name, StringComparer.OrdinalIgnoreCase).Count() < profiles.Length ? throw new JsonException("two profiles have the same name")
                : Array.Find(profiles, static profile => profile.GpuBytes < 0 || profile.HostBytes < 1) is { } profile ? throw new JsonException($"the profile '{profile.Name}' has no memory")
                : new ModelCatalogue([.. file.Models], profiles);
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.StoreFailed($"The catalogue '{path}' cannot be used", e.Message, "Correct it; models.manifest.schema.json says what it may hold.", e, path);
        }
    }

    private static string? Fault(KnownModel model) =>
        !ModelName.TryCreate(ModelName.DefaultHost, ModelName.DefaultNamespace, model.Name, ModelName.DefaultTag, out _) ? $"'{model.Name}' is no short name"
        : !ModelName.TryParse(model.Source, out _) ? $"'{model.Source}' is no name of a model"
        : model.Sha256 is { } digits && !BlobDigest.TryParse($"sha256:{digits}", out _) ? $"'{digits}' is no SHA-256"
        : null;

    private static ModelCatalogue ReadBuiltIn()
    {
        using Stream stream = typeof(ModelCatalogue).Assembly.GetManifestResourceStream(Resource)!;
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        return Parse(json, Resource);
    }
}
