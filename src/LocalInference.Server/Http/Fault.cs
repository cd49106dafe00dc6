using System.Runtime.CompilerServices;
using LocalInference.Abstractions;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Http;

/// <summary>An error as the caller is told it.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Message">The same in words.</param>
internal sealed record Fault(FaultKind Kind, string Message)
{
    /// <summary>The error's stable code; <see langword="null"/>: it has none.</summary>
    public string? Code { get; init; }

    /// <summary>The field of the request that is to blame.</summary>
    public string? Parameter { get; init; }

    /// <summary>What was refused, such as the name of a model.</summary>
    public string? Value { get; init; }

    /// <summary>The request that failed, as the server's log names it.</summary>
    public string? RequestId { get; init; }

    /// <summary>When to try again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The status, which all protocols agree on: Ollama's own, except that mistakes of the caller are never a 500.</summary>
    public int Status => Kind switch
    {
        FaultKind.BadRequest or FaultKind.ContextLength => StatusCodes.Status400BadRequest,
        FaultKind.ModelNotFound or FaultKind.NotFound => StatusCodes.Status404NotFound,
        FaultKind.Timeout => StatusCodes.Status408RequestTimeout,
        FaultKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        FaultKind.NotOffered => StatusCodes.Status501NotImplemented,
        FaultKind.Unauthorized => StatusCodes.Status401Unauthorized,
        FaultKind.RateLimited => StatusCodes.Status429TooManyRequests,
        FaultKind.Forbidden => StatusCodes.Status403Forbidden,
        FaultKind.Upstream => StatusCodes.Status502BadGateway,
        FaultKind.DiskFull => StatusCodes.Status507InsufficientStorage,
        FaultKind.Busy or FaultKind.Stopping => StatusCodes.Status503ServiceUnavailable,
        FaultKind.ModelFailed or FaultKind.Internal => StatusCodes.Status500InternalServerError,
        _ => throw new SwitchExpressionException(Kind),
    };

    /// <summary>The one place where exceptions become what callers are told.</summary>
    public static Fault Of(Exception exception) => exception switch
    {
        RequestException e => e.Fault,
        ModelNotFoundException e => Of(FaultKind.ModelNotFound, e),
        ContextLengthException e => Of(FaultKind.ContextLength, e),
        BusyException e => Of(FaultKind.Busy, e) with { RetryAfter = e.RetryAfter },
        BudgetException e => Of(FaultKind.RateLimited, e) with { RetryAfter = e.RetryAfter },
        ProviderException e => Of(KindOf(e.Kind), e) with { RetryAfter = e.RetryAfter },
        GenerationException { Code: "local_only" } e => Of(FaultKind.Forbidden, e),
        GenerationException { Code: "logits_invalid" } e => Of(FaultKind.ModelFailed, e),
        GenerationException or AdapterException or ConversionException { Code: "conversion_unsupported" } => Of(FaultKind.BadRequest, (LocalInferenceException)exception),
        StoreException e => Of(KindOf(e), e),
        LocalInferenceException e => Of(FaultKind.ModelFailed, e),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(FaultKind.TooLarge, "The request's body is too large."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new(FaultKind.Timeout, "The request's body came too slowly."),
        BadHttpRequestException => new(FaultKind.BadRequest, "The request is no valid HTTP."),

        // Whatever answers was disposed: the application ends.
        ObjectDisposedException => new(FaultKind.Stopping, "The server is shutting down."),
        _ => new(FaultKind.Internal, "The server failed. Its log says more."),
    };

    // A key that a provider does not take is this server's, not the caller's.
    private static FaultKind KindOf(ProviderErrorKind kind) => kind switch
    {
        ProviderErrorKind.RateLimit => FaultKind.RateLimited,
        ProviderErrorKind.ContextLength => FaultKind.ContextLength,
        ProviderErrorKind.BadRequest or ProviderErrorKind.ContentFilter => FaultKind.BadRequest,
        _ => FaultKind.Upstream,
    };

    private static FaultKind KindOf(StoreException e) => e.Code switch
    {
        "model_name_invalid" or "digest_invalid" or "digest_mismatch" or "blob_missing" or "modelfile_invalid" or "modelfile_unprintable" or "model_requires" => FaultKind.BadRequest,

        // Either the disk failed, or a file is not what a model can be made of.
        "store_failed" => e.InnerException is IOException or UnauthorizedAccessException ? FaultKind.ModelFailed : FaultKind.BadRequest,
        "store_read_only" or "host_not_allowed" => FaultKind.Forbidden,
        "download_failed" or "download_refused" or "upload_failed" or "upload_refused" or "proxy_refused" => FaultKind.Upstream,
        "disk_space" => FaultKind.DiskFull,
        _ => FaultKind.ModelFailed,
    };

    private static Fault Of(FaultKind kind, LocalInferenceException e) => new(kind, e.Message) { Code = e.Code, Value = e.Value };
}
