using LocalInference.Cli.CommandLine;
using Microsoft.Extensions.Configuration;

namespace LocalInference.Cli.Settings;

/// <summary>What <see cref="UserSettings"/> reads, read again when its file changes. While that cannot be read, what was read before holds.</summary>
internal sealed class WatchedSettings : ConfigurationProvider, IConfigurationSource, IDisposable
{
    private readonly Func<string, string?> _variable;
    private readonly string? _path;
    private readonly FileWatch? _watch;

    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="path">The command line's file; <see langword="null"/>: the user's own, if there is one.</param>
    /// <exception cref="CliException">The file is not there, cannot be read, or others can read the keys in it.</exception>
    public WatchedSettings(Func<string, string?> variable, string? path)
    {
        _variable = variable;
        _path = path;
        Configuration = new ConfigurationBuilder().Add(this).Build();
        _watch = (path ?? UserSettings.DefaultPath(variable)) is { } file ? new FileWatch(file, Change) : null;
    }

    /// <summary>The settings; its reload token tells of changes.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>Told why the file cannot be read, when it has changed.</summary>
    public Action<string>? Unreadable { get; set; }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load() => Data = UserSettings.Read(_variable, _path).AsEnumerable().ToDictionary(static entry => entry.Key, static entry => entry.Value, StringComparer.OrdinalIgnoreCase);

    public void Dispose() => _watch?.Dispose();

    private void Change()
    {
        try
        {
            Load();
            OnReload();
        }
        catch (CliException e)
        {
            Unreadable?.Invoke(e.Message);
        }
    }
}
