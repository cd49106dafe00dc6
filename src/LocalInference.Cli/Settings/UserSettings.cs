using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Win32.SafeHandles;

namespace LocalInference.Cli.Settings;

/// <summary>
/// What a person has set up: <c>localinference.json</c> in the configuration folder, and above it variables such as
/// <c>LOCALINFERENCE__DefaultRoute</c>. Paths in the file are relative to its folder.
/// </summary>
internal static class UserSettings
{
    private const string FileName = "localinference.json";
    private const string VariablePrefix = "LOCALINFERENCE__";

    /// <summary>Reads them; nothing is set where there is no file.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="path">The command line's file; <see langword="null"/>: the user's own, if there is one.</param>
    /// <exception cref="CliException">The file is not there, cannot be read, or others can read the keys in it.</exception>
    public static IConfiguration Read(Func<string, string?> variable, string? path)
    {
        string? file = path ?? DefaultPath(variable);
        var builder = new ConfigurationBuilder();
        if (path is not null || File.Exists(file))
        {
            builder.AddJsonFile(Path.GetFullPath(file!), optional: false, reloadOnChange: false);
        }

        try
        {
            IConfigurationRoot fromFile = builder.Build();
            IConfigurationSection section = fromFile.GetSection("LocalInference");
            IConfiguration settings = section.GetChildren().Any() ? section : fromFile;
            if (file is not null && HoldsKey(settings) && !IsPrivate(file))
            {
                throw CliException.Usage($"'{file}' holds a provider's key, and others have access to it.", $"Run `chmod 600 {file}`, or name a KeyFile or a KeyVariable instead of the Key.");
            }

            return new ConfigurationBuilder()
                .AddConfiguration(settings)
                .AddInMemoryCollection(PathsBeside(file, settings))
                .AddEnvironmentVariables(VariablePrefix)
                .Build();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or InvalidDataException)
        {
            throw CliException.Usage($"The settings in '{file}' cannot be read: {e.InnerException?.Message ?? e.Message}", "Correct the file, or name another with --settings.");
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> PathsBeside(string? file, IConfiguration settings)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(file ?? "."));
        return Providers(settings).Select(static provider => $"{provider}:KeyFile")
            .Concat(["Usage:PriceFile", "Usage:Ledger", "Kestrel:Certificates:Default:Path", "Kestrel:Certificates:Default:KeyPath"])
            .Where(key => settings[key] is { Length: > 0 } path && !IsConnection(path))
            .Select(key => KeyValuePair.Create(key, (string?)Path.Combine(folder ?? "", settings[key]!)));
    }

    // The ledger may be a database elsewhere.
    private static bool IsConnection(string path) => path.Contains('=', StringComparison.Ordinal);

    private static bool IsPrivate(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        return SecretFile.IsPrivate(file);
    }

    private static bool HoldsKey(IConfiguration settings) =>
        Providers(settings).Any(provider => settings[$"{provider}:Key"] is { Length: > 0 })
        || settings.GetSection("Kestrel:Certificates").GetChildren().Any(static certificate => certificate["Password"] is { Length: > 0 });

    // One with a port in its name (vllm@gpu1:8001) is a section within its host's.
    private static IEnumerable<string> Providers(IConfiguration settings) =>
        settings.GetSection("Providers").GetChildren().SelectMany(static provider =>
            provider.GetChildren().Select(child => $"Providers:{provider.Key}:{child.Key}").Prepend($"Providers:{provider.Key}"));

    /// <summary>Where the user's own file is, if there is one; <see langword="null"/>: nowhere.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    public static string? DefaultPath(Func<string, string?> variable)
    {
        // The XDG base directory specification: a relative path is to be ignored.
        string folder = variable("XDG_CONFIG_HOME") is { } root && Path.IsPathRooted(root) ? root : Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);
        return folder.Length > 0 ? Path.Combine(folder, FileName) : null;
    }
}
