using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>What is logged of requests: numbers and names, never texts.</summary>
internal static partial class GeneratorLog
{
    [LoggerMessage(100, LogLevel.Debug, "{Operation} with '{Model}': {PromptTokens} tokens read ({CachedTokens} cached), {GeneratedTokens} generated in {Milliseconds:0} ms, {FinishReason}")]
    public static partial void Completed(ILogger logger, string operation, string? model, int promptTokens, int cachedTokens, int generatedTokens, double milliseconds, FinishReason finishReason);

    [LoggerMessage(101, LogLevel.Debug, "{Operation} with '{Model}' was cancelled after {Milliseconds:0} ms")]
    public static partial void Cancelled(ILogger logger, string operation, string? model, double milliseconds);

    [LoggerMessage(102, LogLevel.Warning, "{Operation} with '{Model}' failed: {Code}")]
    public static partial void Failed(ILogger logger, string operation, string? model, string code, Exception exception);

    [LoggerMessage(104, LogLevel.Information, "{Operation} with '{Model}' was refused: {Code}")]
    public static partial void Refused(ILogger logger, string operation, string? model, string code);

    [LoggerMessage(103, LogLevel.Debug, "{Operation} with '{Model}': {Texts} texts of {Tokens} tokens in {Milliseconds:0} ms")]
    public static partial void Embedded(ILogger logger, string operation, string model, int texts, long tokens, double milliseconds);
}
