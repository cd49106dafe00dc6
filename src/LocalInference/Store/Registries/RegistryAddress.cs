using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Where a model's registry is spoken to.</summary>
/// <param name="Base">The address, up to where <c>v2/</c> begins.</param>
/// <param name="Token">What it is to be told with every request; <see langword="null"/>: nothing.</param>
internal sealed record RegistryAddress(Uri Base, string? Token)
{
    private static readonly string[] s_huggingFace = ["hf.co", "huggingface.co"];

    /// <summary>Whether it is Hugging Face's, or a mirror of it.</summary>
    public bool IsHuggingFace { get; private init; }

    /// <summary>Whether an address is one of the registry itself.</summary>
    public bool Covers(Uri uri) => uri.Scheme == Base.Scheme && uri.Authority == Base.Authority;

    /// <exception cref="StoreException">The host is no host.</exception>
    public static RegistryAddress Of(ModelName name, TransferOptions options, Func<string, string?> environment)
    {
        bool isHuggingFace = IsOfHuggingFace(name.Host);
        Uri? mirror = FindMirror(name.Host, isHuggingFace, options, environment);

        // A token is not for everybody on the way to read; a mirror without encryption is one that somebody has chosen.
        bool isSafe = mirror is not null || !options.AllowInsecure;
        return new RegistryAddress(mirror ?? Direct(name, options), isHuggingFace && isSafe ? ReadToken(options as PullOptions, environment) : null) { IsHuggingFace = isHuggingFace };
    }

    /// <summary>Where a file is fetched from that is no registry's.</summary>
    public static RegistryAddress Of(Uri file, PullOptions options, Func<string, string?> environment) =>
        new(new Uri(file, "/"), file.Scheme == Uri.UriSchemeHttps && IsOfHuggingFace(file.Host) ? ReadToken(options, environment) : null);

    private static bool IsOfHuggingFace(string host) => s_huggingFace.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static string? ReadToken(PullOptions? options, Func<string, string?> environment) =>
        (options?.HuggingFaceToken ?? environment("HF_TOKEN"))?.Trim() is { Length: > 0 } token ? token : null;

    private static Uri? FindMirror(string host, bool isHuggingFace, TransferOptions options, Func<string, string?> environment)
    {
        if (options.Mirrors is { } mirrors)
        {
            return mirrors.FirstOrDefault(mirror => mirror.Key.Equals(host, StringComparison.OrdinalIgnoreCase)).Value;
        }

        return isHuggingFace && Uri.TryCreate(environment("HF_ENDPOINT"), UriKind.Absolute, out Uri? endpoint) ? endpoint : null;
    }

    private static Uri Direct(ModelName name, TransferOptions options) =>
        Uri.TryCreate($"{(options.AllowInsecure ? Uri.UriSchemeHttp : Uri.UriSchemeHttps)}://{name.Host}/", UriKind.Absolute, out Uri? address)
            ? address
            : throw ExceptionFactory.ModelName(name.ToString(), $"'{name.Host}' is no host");
}
