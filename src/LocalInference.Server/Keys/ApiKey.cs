using System.Security.Cryptography;
using System.Text;

namespace LocalInference.Server;

/// <summary>Somebody who may use the server, known by the hash of a key. Immutable; the key itself is nowhere in it.</summary>
public sealed record ApiKey
{
    private const int RandomBytes = 32;

    /// <summary>Whose it is, as metrics and logs name it. While requests wait, each name gets the same share of the models.</summary>
    public required string Name { get; init; }

    /// <summary>The key's hash, as <see cref="HashOf"/> makes it. Keys are random, so a fast hash keeps them as safe as a slow one.</summary>
    public required string Hash { get; init; }

    /// <summary>What it opens. Default: the use of models.</summary>
    public ApiKeyScope Scope { get; init; }

    /// <summary>Requests a minute; <see langword="null"/>: no limit. After a pause as many may come at once.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>
    /// Tokens a minute, read and generated, cached ones not counted; <see langword="null"/>: no limit. A request is charged when it ends,
    /// and the next waits until what it took too much is made up for.
    /// </summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>Tokens a day, as <see cref="TokensPerMinute"/>. They are counted in memory: a server that is started again begins anew.</summary>
    public int? TokensPerDay { get; init; }

    /// <summary>Requests at the same time; <see langword="null"/>: no limit.</summary>
    public int? MaxConcurrentRequests { get; init; }

    /// <summary>The hash of a key: SHA-256 of its UTF-8 bytes, as 64 hexadecimal digits in lower case.</summary>
    /// <param name="key">The key.</param>
    public static string HashOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    /// <summary>A new key, of 256 random bits.</summary>
    public static string Create() => $"li-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes))}";
}
