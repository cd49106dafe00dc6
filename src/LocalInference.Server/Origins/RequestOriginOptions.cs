namespace LocalInference.Server;

/// <summary>Which web pages may use the server, beside those of this machine. Immutable.</summary>
public sealed record RequestOriginOptions
{
    /// <summary>
    /// Origins such as <c>https://chat.example.com</c>; <c>*</c> stands for any letters, alone for every page. The hosts that they name
    /// may also stand in a request's <c>Host</c>. Default: none but the machine's own, desktop applications and browser extensions.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];
}
