using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LocalInference.Server.Keys;

/// <summary>The application's keys as they are at present, and what each has used. Safe for concurrent use.</summary>
internal sealed partial class CallerKeys(TimeProvider clock)
{
    private volatile ApiKeyOptions _options = new();
    private volatile KeyHolder[] _holders = [];

    /// <summary>All of them; empty: the application has no keys.</summary>
    public IReadOnlyList<KeyHolder> Holders => _holders;

    public KeyHolder? Find(string? name) => Array.Find(_holders, holder => holder.Key.Name == name);

    public bool IsOpen(string? path) => _holders.Length == 0 || _options.OpenPaths.Contains(path, StringComparer.Ordinal);

    /// <summary>Takes other keys in the place of those that are there. One that stays as it is keeps what it has used.</summary>
    /// <exception cref="ArgumentException">Something is wrong with them; those that are there stay.</exception>
    public void Replace(ApiKeyOptions options)
    {
        ApiKeyCheck.Validate(options);
        KeyHolder[] old = _holders;
        if (old.Length > 0 && options.Keys.Count == 0)
        {
            throw new ArgumentException("Without any key the server would be open to everybody.", nameof(options));
        }

        _options = options;
        KeyHolder[] holders = [.. options.Keys.Select(key => Array.Find(old, holder => holder.Key == key) ?? new KeyHolder(key, clock))];
        _holders = holders;
        foreach (KeyHolder gone in old.Except(holders))
        {
            gone.Retire();
        }
    }

    /// <summary>Takes the keys of now, and others when they change.</summary>
    /// <exception cref="ArgumentException">Something is wrong with those of now.</exception>
    public void Follow(IOptionsMonitor<ApiKeyOptions> options, ILogger log)
    {
        Replace(options.CurrentValue);
        options.OnChange(changed =>
        {
            try
            {
                Replace(changed);
                Log.Replaced(log, changed.Keys.Count);
            }
            catch (ArgumentException e)
            {
                Log.Refused(log, e.Message);
            }
        });
    }

    private static partial class Log
    {
        [LoggerMessage(420, LogLevel.Information, "The keys have changed: there are {Count} now")]
        public static partial void Replaced(ILogger logger, int count);

        [LoggerMessage(421, LogLevel.Error, "The keys have changed and cannot be used, so the old ones stay: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
