using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Settings;
using LocalInference.Server;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LocalInference.Cli.Serve;

/// <summary>The keys of a file, read again when it changes. While it cannot be read, what was read before holds.</summary>
internal sealed partial class WatchedApiKeys : IOptionsMonitor<ApiKeyOptions>, IDisposable
{
    private readonly string _path;
    private readonly ILogger _log;
    private readonly FileWatch _watch;
    private Action<ApiKeyOptions, string?>? _changed;

    /// <param name="path">The file.</param>
    /// <param name="log">Told of what cannot be read.</param>
    /// <exception cref="CliException">It is not there, or something in it cannot be read.</exception>
    public WatchedApiKeys(string path, ILogger log)
    {
        _path = Path.GetFullPath(path);
        _log = log;
        CurrentValue = Read();
        _watch = new FileWatch(_path, Change);
    }

    public ApiKeyOptions CurrentValue { get; private set; }

    public ApiKeyOptions Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<ApiKeyOptions, string?> listener)
    {
        _changed += listener;
        return null;
    }

    public void Dispose() => _watch.Dispose();

    private ApiKeyOptions Read() => new() { Keys = ApiKeyFile.Read(_path) };

    private void Change()
    {
        try
        {
            CurrentValue = Read();
            _changed?.Invoke(CurrentValue, null);
        }
        catch (CliException e)
        {
            Log.Unreadable(_log, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The old keys stay: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
