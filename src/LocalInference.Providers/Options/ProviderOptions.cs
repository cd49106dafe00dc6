using Microsoft.Extensions.Logging;

namespace LocalInference.Providers;

/// <summary>One endpoint where models run, and how to treat it. Immutable.</summary>
public sealed record ProviderOptions
{
    /// <summary>
    /// Its name, which stands before the slash in names of models: <c>openai</c> in <c>openai/gpt-5</c>, <c>vllm@gpu1</c> in
    /// <c>vllm@gpu1/qwen3</c>. Case does not matter; no slash.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>What it speaks.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>
    /// Its base address: up to and with <c>/v1</c> for OpenAI's interface (<c>https://host/v1</c>), without a path for the others.
    /// <see langword="null"/>: OpenAI's and Anthropic's public ones, <c>http://127.0.0.1:11434</c> for Ollama, an error for others.
    /// </summary>
    public Uri? Address { get; init; }

    /// <summary>Keys, used in turn; see <see cref="ApiKeys"/>. Default: none, requests carry none.</summary>
    public ApiKeys Keys { get; init; } = ApiKeys.None;

    /// <summary>
    /// Whether it runs on this machine and sends nothing elsewhere, so that it may answer requests with <c>LocalOnly</c>. Its address has
    /// to be a loopback one. Default: no, also for loopback addresses: what listens there may well be a gateway.
    /// </summary>
    public bool IsOnThisMachine { get; init; }

    /// <summary>The model of requests that come to it directly and name none; <see langword="null"/>: they have to.</summary>
    public string? DefaultModel { get; init; }

    /// <summary>What is known of its models: for listings and for routing by price, capability and context. Others can be used all the same.</summary>
    public IReadOnlyList<RemoteModel> Models { get; init; } = [];

    /// <summary>The most tokens of an answer where a request does not say, for Anthropic, which needs a number. Default 4,096.</summary>
    public int DefaultMaxTokens { get; init; } = 4096;

    /// <summary>
    /// Whether Anthropic is asked to keep the stable beginning of prompts: tools and system message, and a conversation once it has had an
    /// answer. Storing costs a quarter more than reading, reading again a tenth. Default: yes.
    /// </summary>
    public bool UsesPromptCaching { get; init; } = true;

    /// <summary>Retries, timeouts, circuit breaker, hedging.</summary>
    public ResilienceOptions Resilience { get; init; } = ResilienceOptions.Default;

    /// <summary>How much is sent at most.</summary>
    public ProviderLimits Limits { get; init; } = ProviderLimits.Default;

    /// <summary>Sends the requests, in place of this library's own connections; it is not disposed. For tests and proxies.</summary>
    public HttpMessageHandler? HttpHandler { get; init; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where logs go: names, numbers and codes, never texts nor keys. <see langword="null"/>: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    internal Uri BaseAddress => Address ?? Kind switch
    {
        ProviderKind.OpenAI => new Uri("https://api.openai.com/v1"),
        ProviderKind.Anthropic => new Uri("https://api.anthropic.com"),
        ProviderKind.Ollama => new Uri("http://127.0.0.1:11434"),
        _ => throw new InvalidOperationException($"The provider '{Name}' needs an Address."),
    };

    internal string TelemetryName => Kind switch
    {
        ProviderKind.OpenAI => "openai",
        ProviderKind.Anthropic => "anthropic",
        _ => Name,
    };

    /// <summary>All that is wrong with it, in sentences; none: nothing is.</summary>
    internal IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Contains('/', StringComparison.Ordinal))
        {
            yield return $"'{Name}' is no name of a provider: it needs letters, and no slash";
        }

        if (Address is null && Kind is not (ProviderKind.OpenAI or ProviderKind.Anthropic or ProviderKind.Ollama))
        {
            yield return $"{Name}: Address is missing";
        }
        else if (!BaseAddress.IsAbsoluteUri || BaseAddress.Scheme is not ("http" or "https"))
        {
            yield return $"{Name}: Address has to begin with http:// or https://";
        }
        else if (BaseAddress.UserInfo.Length > 0)
        {
            yield return $"{Name}: Address must not hold a password; use Keys";
        }
        else if (IsOnThisMachine && !BaseAddress.IsLoopback)
        {
            yield return $"{Name}: IsOnThisMachine needs a loopback address";
        }

        if (DefaultMaxTokens < 1)
        {
            yield return $"{Name}: DefaultMaxTokens has to be at least 1";
        }

        foreach (string fault in Resilience.Faults().Concat(Limits.Faults()))
        {
            yield return $"{Name}: {fault}";
        }
    }
}
