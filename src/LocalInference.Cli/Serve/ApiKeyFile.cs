using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Server;
using LocalInference.Server.Keys;

namespace LocalInference.Cli.Serve;

/// <summary>A file with the keys of a server: a JSON array of what <see cref="ApiKey"/> has, the keys themselves only as their hashes.</summary>
internal static class ApiKeyFile
{
    /// <exception cref="CliException">It is not there, or something in it cannot be read.</exception>
    public static IReadOnlyList<ApiKey> Read(string path)
    {
        try
        {
            ApiKey[] keys = JsonSerializer.Deserialize(File.ReadAllBytes(path), ApiKeyJson.Default.ApiKeyArray) ?? [];
            ApiKeyCheck.Validate(new ApiKeyOptions { Keys = keys });
            return keys.Length > 0 ? keys : throw new JsonException("there is none, and the server would be open to everybody");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"The keys in '{path}' cannot be read: {e.Message}", """Give a list such as [{"name": "anna", "hash": "SHA-256 of the key", "requestsPerMinute": 60}].""");
        }
    }
}
