using LocalInference.Abstractions;

namespace LocalInference.Testing;

/// <summary>The library's own errors, for scripts that fail.</summary>
public static class ScriptedFailure
{
    /// <summary>Too many requests wait.</summary>
    /// <param name="retryAfter">What <see cref="BusyException.RetryAfter"/> says.</param>
    public static BusyException Busy(TimeSpan retryAfter) => ExceptionFactory.Busy(waiting: 1, limit: 1, retryAfter);

    /// <summary>The prompt is longer than the context.</summary>
    /// <param name="promptTokens">Its tokens.</param>
    /// <param name="contextLength">Those of the context.</param>
    public static ContextLengthException ContextLength(int promptTokens, int contextLength) => ExceptionFactory.ContextLength(promptTokens, contextLength);

    /// <summary>There is no such model.</summary>
    /// <param name="model">Its name.</param>
    public static ModelNotFoundException ModelNotFound(string model) => ExceptionFactory.ModelUnknown(model, []);

    /// <summary>The request cannot be run as asked.</summary>
    /// <param name="code">The error's code.</param>
    /// <param name="reason">What is wrong.</param>
    public static GenerationException Generation(string code, string reason) => ExceptionFactory.Generation(code, reason, "Change the request or the script.");
}
