using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace LocalInference;

/// <summary>The SHA-256 of a blob, which is its name in the store and in registries.</summary>
[JsonConverter(typeof(BlobDigestJson))]
internal readonly record struct BlobDigest
{
    private const string Algorithm = "sha256";

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    private readonly string? _hex;

    private BlobDigest(string hex) => _hex = hex;

    /// <summary>64 hexadecimal digits, in lower case.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("There is no digest.");

    /// <summary>Its file's name: <c>sha256-</c> and the digits.</summary>
    public string FileName => $"{Algorithm}-{Hex}";

    public static BlobDigest Of(ReadOnlySpan<byte> content) => OfHash(SHA256.HashData(content));

    public static BlobDigest OfHash(ReadOnlySpan<byte> hash) => new(Convert.ToHexStringLower(hash));

    /// <summary>Reads <c>sha256:</c> and the digits, or a file's name.</summary>
    public static bool TryParse(string? text, out BlobDigest digest)
    {
        bool isValid = text is { Length: 71 }
            && text.StartsWith(Algorithm, StringComparison.Ordinal)
            && text[6] is ':' or '-'
            && text.AsSpan(7).IndexOfAnyExcept(s_digits) < 0;
        digest = isValid ? new BlobDigest(text![7..]) : default;
        return isValid;
    }

    /// <summary>As manifests write it: <c>sha256:</c> and the digits.</summary>
    public override string ToString() => $"{Algorithm}:{Hex}";
}
