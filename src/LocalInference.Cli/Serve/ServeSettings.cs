using System.Globalization;
using System.Net;
using LocalInference.Cli.CommandLine;
using LocalInference.Server;
using LocalInference.Server.Ollama;
using Microsoft.Extensions.Configuration;

namespace LocalInference.Cli.Serve;

/// <summary>What is served, and where: the command line before the environment, our variables before Ollama's.</summary>
internal sealed record ServeSettings
{
    public required IPEndPoint Address { get; init; }

    public required IReadOnlyList<ModelLocation> Models { get; init; }

    /// <summary>How models are loaded, as far as the command line and the environment say.</summary>
    public required LocalModelOptions Loading { get; init; }

    /// <summary>How long a model stays loaded after its last use.</summary>
    public required TimeSpan KeepAlive { get; init; }

    public required RequestOriginOptions Origins { get; init; }

    /// <summary>The file that says who may use it; <see langword="null"/>: everybody.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Where files and batches are kept; <see langword="null"/>: nowhere, and there are none.</summary>
    public string? BatchFolder { get; init; }

    /// <summary>Models of other machines, names that stand for several, budgets and caches.</summary>
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
        LocalModelOptions options = loading with
        {
            ContextLength = loading.ContextLength ?? Count(variable, "OLLAMA_CONTEXT_LENGTH"),
            Parallel = Count(variable, "OLLAMA_NUM_PARALLEL"),
            QueueLimit = Count(variable, "OLLAMA_MAX_QUEUE") ?? loading.QueueLimit,
        };
        TimeSpan kept = ReadKeepAlive(keepAlive ?? variable("OLLAMA_KEEP_ALIVE"));
        return new ServeSettings
        {
            Address = await ListenAddress.ReadAsync(host, variable, cancellationToken).ConfigureAwait(false),
            Loading = options,
            KeepAlive = kept,
            Models = [.. models.Select(model => Locate(model) with { Options = options, KeepAlive = kept })],
            Origins = new RequestOriginOptions
            {
                AllowedOrigins = (variable("OLLAMA_ORIGINS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            },
            IsVerbose = variable("OLLAMA_DEBUG") is { Length: > 0 } and not ("0" or "false"),
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

    // A path may hold an equals sign itself, so a file that is there is a path.
    private static ModelLocation Locate(string model)
    {
        int split = File.Exists(model) ? -1 : model.IndexOf('=', StringComparison.Ordinal);
        string path = model[(split + 1)..];
        string name = split > 0 ? model[..split] : Path.GetFileNameWithoutExtension(path);
        return File.Exists(path) && name.Length > 0 ? new ModelLocation(name, path) : throw CliException.Usage($"No model file at '{path}'.", "Give models as PATH or NAME=PATH.");
    }

    private static int? Count(Func<string, string?> variable, string name) => variable(name) switch
    {
        null or "" or "0" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) => count,
        var text => throw CliException.Usage($"{name} is '{text}', which is no whole number.", $"Correct {name}, or leave it out."),
    };

    // Seconds or a Go duration, negative for ever; 5 minutes where nothing is said, as in Ollama.
    private static TimeSpan ReadKeepAlive(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new ModelHostOptions().KeepAlive;
        }

        string? error = null;
        TimeSpan time = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && double.IsFinite(seconds)
            ? GoDuration.OfSeconds(seconds)
            : GoDuration.Parse(text, out error) ?? throw CliException.Usage($"'{text}' is no time to keep a model: {error}.", "Give seconds, or a duration such as 5m or 1h30m.");
        return time < TimeSpan.Zero || time == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : time;
    }
}
