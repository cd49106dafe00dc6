using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Finds who signs in at a host: in the options, in the environment, in what Docker has stored.</summary>
internal static class RegistryCredentials
{
    /// <param name="host">The host, with its port where that is not the usual one.</param>
    /// <param name="options">The options.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <exception cref="StoreException">Others can read the file that has the password.</exception>
    public static RegistryCredential? Find(string host, TransferOptions options, Func<string, string?> environment) =>
        options.Credentials is { } given ? given.FirstOrDefault(entry => IsSame(entry.Key, host)).Value : OfEnvironment(host, environment) ?? OfDocker(host, environment);

    private static RegistryCredential? OfEnvironment(string host, Func<string, string?> environment) =>
        IsSame(environment("LOCALINFERENCE_REGISTRY_HOST")?.Trim(), host)
        && environment("LOCALINFERENCE_REGISTRY_USER") is { Length: > 0 } user
        && environment("LOCALINFERENCE_REGISTRY_PASSWORD") is { Length: > 0 } password
            ? new RegistryCredential(user, password)
            : null;

    private static RegistryCredential? OfDocker(string host, Func<string, string?> environment)
    {
        string folder = environment("DOCKER_CONFIG") is { Length: > 0 } given ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
        string path = Path.Combine(folder, "config.json");
        (DockerConfig? config, bool isPrivate) = Read(path);
        string? code = config?.Auths?.FirstOrDefault(entry => IsSame(HostOf(entry.Key), host)).Value?.Auth;
        if (string.IsNullOrEmpty(code) || Decode(code) is not { } credential)
        {
            return null;
        }

        return isPrivate ? credential : throw ExceptionFactory.CredentialsExposed(path);
    }

    private static (DockerConfig? Config, bool IsPrivate) Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return (JsonSerializer.Deserialize(file, RegistryJson.Default.DockerConfig), SecretFile.IsPrivate(file.SafeFileHandle));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // It is another program's file; without it we are nobody in particular.
            return default;
        }
    }

    private static bool IsSame(string? name, string host) => string.Equals(name, host, StringComparison.OrdinalIgnoreCase);

    // Written as a host, or as an address with a path.
    private static string HostOf(string key)
    {
        int scheme = key.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 ? key : key[(scheme + 3)..]).Split('/')[0];
    }

    private static RegistryCredential? Decode(string code)
    {
        Span<byte> bytes = new byte[code.Length];
        string text = Convert.TryFromBase64String(code, bytes, out int length) ? Encoding.UTF8.GetString(bytes[..length]) : "";
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? new RegistryCredential(text[..colon], text[(colon + 1)..]) : null;
    }
}
