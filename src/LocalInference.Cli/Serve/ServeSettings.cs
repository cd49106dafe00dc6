using System.Globalization;
using System.Net;
using System.Numerics;
using LocalInference.Cli.CommandLine;
using LocalInference.Server;
using Microsoft.Extensions.Configuration;

namespace LocalInference.Cli.Serve;

/// <summary>What is served, and where: the command line before the environment, our variables before Ollama's.</summary>
internal sealed record ServeSettings
{
    public required IPEndPoint Address { get; init; }

    /// <summary>Whether it speaks TLS there, with the certificate of <see cref="Configuration"/>.</summary>
    public bool IsSecure { get; init; }

    public required IReadOnlyList<ModelLocation> Models { get; init; }

    /// <summary>How models are loaded, as far as the command line and the environment say.</summary>
    public required LocalModelOptions Loading { get; init; }

    /// <summary>Tokens of context where neither the command line nor the model says, as the environment does; <see langword="null"/>: what fits.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Models that may be loaded at the same time; <see langword="null"/>: as many as fit.</summary>
    public int? MaxLoadedModels { get; init; }

    /// <summary>Whether blobs stay in the store that no model needs.</summary>
    public bool KeepsUnusedBlobs { get; init; }

    /// <summary>How long a model stays loaded after its last use.</summary>
    public required TimeSpan KeepAlive { get; init; }

    public required RequestOriginOptions Origins { get; init; }

    /// <summary>The file that says who may use it; <see langword="null"/>: everybody.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Where files and batches are kept; <see langword="null"/>: nowhere, and there are none.</summary>
    public string? BatchFolder { get; init; }

    /// <summary>Models of other machines, names that stand for several, budgets and caches; the server's limits, and Kestrel's certificates.</summary>
    public IConfiguration Configuration { get; init; } = new ConfigurationBuilder().Build();

    /// <summary>Whether every request is logged.</summary>
    public bool IsVerbose { get; init; }

    /// <summary>Puts them together.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="host">The command line's address; <see langword="null"/>: the environment's.</param>
    /// <param name="models">The command line's models, as <c>NAME=PATH</c> or a path.</param>
    /// <param name="keepAlive">The command line's keep-alive; <see langword="null"/>: the environment's.</param>
    /// <param name="loading">How models are loaded, as far as the command line says.</param>
    /// <param name="cancellationToken">Stops looking up the address.</param>
    /// <exception cref="CliException">Something cannot be read, or a model is not there.</exception>
    public static async Task<ServeSettings> ReadAsync(
        Func<string, string?> variable,
        string? host,
        IEnumerable<string> models,
        string? keepAlive,
        LocalModelOptions loading,
        CancellationToken cancellationToken)
    {
        KvCacheType? cacheType = CacheType(variable("OLLAMA_KV_CACHE_TYPE"));
        LocalModelOptions options = loading with
        {
            Parallel = Count<int>(variable, "OLLAMA_NUM_PARALLEL"),
            QueueLimit = Count<int>(variable, "OLLAMA_MAX_QUEUE") ?? loading.QueueLimit,
            KeyType = cacheType ?? loading.KeyType,
            ValueType = cacheType ?? loading.ValueType,
            FlashAttention = loading.FlashAttention ?? Truth(variable("OLLAMA_FLASH_ATTENTION")),
            GpuReserveBytes = Count<long>(variable, "OLLAMA_GPU_OVERHEAD") ?? loading.GpuReserveBytes,
        };
        int? contextLength = Count<int>(variable, "OLLAMA_CONTEXT_LENGTH");
        TimeSpan kept = ReadKeepAlive(keepAlive ?? variable("OLLAMA_KEEP_ALIVE"));
        ServerAddress address = await ListenAddress.LocateAsync(host, variable, cancellationToken).ConfigureAwait(false);
        return new ServeSettings
        {
            Address = address.EndPoint,
            IsSecure = address.IsSecure,
            Loading = options,
            ContextLength = contextLength,
            MaxLoadedModels = Count<int>(variable, "OLLAMA_MAX_LOADED_MODELS"),
            KeepsUnusedBlobs = Truth(variable("OLLAMA_NOPRUNE")) ?? false,
            KeepAlive = kept,
            Models = [.. LocateAll(models).Select(model => model with { Options = options with { ContextLength = options.ContextLength ?? contextLength }, KeepAlive = kept })],
            Origins = new RequestOriginOptions
            {
                AllowedOrigins = (variable("OLLAMA_ORIGINS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            },
            IsVerbose = Truth(variable("OLLAMA_DEBUG")) ?? false,
        };
    }

    /// <summary>Where files and batches are kept unless the command line says; <see langword="null"/>: nobody has a home.</summary>
    public static string? DefaultBatchFolder(Func<string, string?> variable)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return variable("LOCALINFERENCE_BATCHES") is { Length: > 0 } folder ? folder
            : home.Length > 0 ? Path.Combine(home, ".localinference", "batches")
            : null;
    }

    private static ModelLocation[] LocateAll(IEnumerable<string> models)
    {
        ModelLocation[] located = [.. models.Select(Locate)];
        return located.GroupBy(static model => model.Name, StringComparer.Ordinal).FirstOrDefault(static same => same.Skip(1).Any()) is { } twice
            ? throw CliException.Usage($"There are two models named '{twice.Key}': {string.Join(" and ", twice.Select(static model => $"'{model.Path}'"))}.", "Give one of them another name, as NAME=PATH.")
            : located;
    }

    // A path may hold an equals sign itself, so a file that is there is a path.
    private static ModelLocation Locate(string model)
    {
        int split = File.Exists(model) ? -1 : model.IndexOf('=', StringComparison.Ordinal);
        string path = model[(split + 1)..];
        string name = split > 0 ? model[..split] : Path.GetFileNameWithoutExtension(path);
        return File.Exists(path) && name.Length > 0 ? new ModelLocation(name, path) : throw CliException.Usage($"No model file at '{path}'.", "Give files as PATH or NAME=PATH; without any, all models of the store are served.");
    }

    private static T? Count<T>(Func<string, string?> variable, string name)
        where T : struct, IBinaryInteger<T> => variable(name) switch
        {
            null or "" or "0" => null,
            var text when T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out T count) => count,
            var text => throw CliException.Usage($"{name} is '{text}', which is no whole number.", $"Correct {name}, or leave it out."),
        };

    // As Ollama reads it: what is none of Go's words for no is a yes (strconv.ParseBool).
    private static bool? Truth(string? text) => text switch
    {
        null or "" => null,
        "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        _ => true,
    };

    private static KvCacheType? CacheType(string? text) => text switch
    {
        null or "" => null,
        _ when Enum.TryParse(text, ignoreCase: true, out KvCacheType type) && Enum.IsDefined(type) => type,
        _ => throw CliException.Usage($"OLLAMA_KV_CACHE_TYPE is '{text}', which is no type of a cache.", $"Give one of {string.Join(", ", Enum.GetNames<KvCacheType>())}, or leave it out."),
    };

    // 5 minutes where nothing is said, as in Ollama.
    private static TimeSpan ReadKeepAlive(string? text) => string.IsNullOrEmpty(text) ? new ModelHostOptions().KeepAlive : KeepAliveTime.Parse(text);
}
