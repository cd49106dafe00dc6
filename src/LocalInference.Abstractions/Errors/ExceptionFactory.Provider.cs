using System.Globalization;

namespace LocalInference.Abstractions;

internal static partial class ExceptionFactory
{
    public static ProviderException Provider(ProviderErrorKind kind, string provider, string what, string? code = null, Exception? inner = null, int? status = null, TimeSpan? retryAfter = null, string? providerCode = null, string? providerMessage = null, string? requestId = null) => new(
        new(code ?? Code(kind), $"{provider} {what}", NextStep(kind, retryAfter)) { Value = providerCode ?? status?.ToString(CultureInfo.InvariantCulture) },
        inner)
    {
        Kind = kind,
        Provider = provider,
        StatusCode = status,
        RetryAfter = retryAfter,
        ProviderCode = providerCode,
        ProviderMessage = providerMessage,
        RequestId = requestId,
    };

    public static GenerationException OptionUnsupported(string provider, string option, string? instead = null) => new(
        new("option_unsupported", $"{provider} has nothing for {option}", instead ?? $"Leave out {option}, or use another provider.") { Value = option });

    public static GenerationException ContentUnsupported(string provider, string content) => new(
        new("content_unsupported", $"{provider} takes no {content}", "Leave it out, or use another provider.") { Value = content });

    public static GenerationException LocalOnly(string? model) => new(
        new("local_only", $"'{model}' would be answered on another machine, and the request must not leave this one", "Name a local model, or allow it.") { Value = model });

    private static string Code(ProviderErrorKind kind) => kind switch
    {
        ProviderErrorKind.Network => "provider_network",
        ProviderErrorKind.RateLimit => "provider_rate_limit",
        ProviderErrorKind.Authentication => "provider_authentication",
        ProviderErrorKind.Outage => "provider_outage",
        ProviderErrorKind.BadRequest => "provider_bad_request",
        ProviderErrorKind.ContentFilter => "provider_content_filter",
        _ => "provider_context_length",
    };

    private static string NextStep(ProviderErrorKind kind, TimeSpan? retryAfter) => kind switch
    {
        ProviderErrorKind.Network or ProviderErrorKind.Outage or ProviderErrorKind.RateLimit when retryAfter is { } time =>
            string.Create(CultureInfo.InvariantCulture, $"Send it again in {Math.Ceiling(time.TotalSeconds)} s."),
        ProviderErrorKind.Network or ProviderErrorKind.Outage or ProviderErrorKind.RateLimit => "Send it again later, or name another model to fall back to.",
        ProviderErrorKind.Authentication => "Check the keys that are configured for it, and what they may do.",
        ProviderErrorKind.ContextLength => "Shorten the prompt or the answer, or use a model with a larger context.",
        _ => "Change the request; ProviderMessage says what the provider wrote.",
    };
}
