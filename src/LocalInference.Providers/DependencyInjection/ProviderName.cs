namespace LocalInference.Providers;

/// <summary>What a provider's name says of it: <c>KIND</c>, <c>KIND@HOST</c> or <c>KIND@HOST:PORT</c>.</summary>
internal static class ProviderName
{
    /// <summary>Kind and base address; <see langword="null"/>: the name does not say.</summary>
    public static (ProviderKind? Kind, Uri? Address) Read(string name)
    {
        int at = name.IndexOf('@', StringComparison.Ordinal);
        (ProviderKind Kind, int Port, string Path)? known = (at < 0 ? name : name[..at]).ToLowerInvariant() switch
        {
            "openai" => (ProviderKind.OpenAI, 443, "/v1"),
            "anthropic" => (ProviderKind.Anthropic, 443, ""),
            "ollama" => (ProviderKind.Ollama, 11434, ""),
            "vllm" => (ProviderKind.Vllm, 8000, "/v1"),
            "sglang" => (ProviderKind.Vllm, 30000, "/v1"),
            "llama-server" => (ProviderKind.LlamaServer, 8080, "/v1"),
            "localinference" => (ProviderKind.LocalInference, 11434, "/v1"),
            _ => null,
        };
        if (known is not { } defaults)
        {
            return (null, null);
        }

        string host = at < 0 ? "" : name[(at + 1)..];
        bool hasPort = Uri.TryCreate($"http://{host}", UriKind.Absolute, out Uri? uri) && host.EndsWith($":{uri.Port}", StringComparison.Ordinal);
        string scheme = defaults.Port == 443 ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        return (defaults.Kind, uri is null ? null : new Uri($"{scheme}://{uri.Host}:{(hasPort ? uri.Port : defaults.Port)}{defaults.Path}"));
    }
}
