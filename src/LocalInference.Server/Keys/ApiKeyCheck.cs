using System.Security.Cryptography;

namespace LocalInference.Server.Keys;

/// <summary>Finds what is wrong with keys before the server relies on them.</summary>
internal static class ApiKeyCheck
{
    /// <exception cref="ArgumentException">Something is; the message names all of it.</exception>
    public static void Validate(ApiKeyOptions options)
    {
        string[] faults = [.. options.Keys.SelectMany(FaultsOf), .. Twice("name", options.Keys.Select(static key => key.Name)), .. Twice("hash", options.Keys.Select(static key => key.Hash))];
        if (faults.Length > 0)
        {
            throw new ArgumentException(string.Join(' ', faults), nameof(options));
        }
    }

    private static IEnumerable<string> FaultsOf(ApiKey key)
    {
        if (key.Hash.Length != 2 * SHA256.HashSizeInBytes || !key.Hash.All(char.IsAsciiHexDigitLower))
        {
            yield return $"The hash of '{key.Name}' is no SHA-256 of 64 hexadecimal digits in lower case.";
        }

        (string Name, int? Value)[] limits =
        [
            (nameof(ApiKey.RequestsPerMinute), key.RequestsPerMinute),
            (nameof(ApiKey.TokensPerMinute), key.TokensPerMinute),
            (nameof(ApiKey.TokensPerDay), key.TokensPerDay),
            (nameof(ApiKey.MaxConcurrentRequests), key.MaxConcurrentRequests),
        ];
        foreach ((string name, int? value) in limits)
        {
            if (value < 1)
            {
                yield return $"{name} of '{key.Name}' is {value}, which is not positive.";
            }
        }
    }

    private static IEnumerable<string> Twice(string what, IEnumerable<string> texts) =>
        texts.GroupBy(static text => text, StringComparer.Ordinal).Where(static group => group.Skip(1).Any()).Select(group => $"Two keys have the {what} '{group.Key}'.");
}
