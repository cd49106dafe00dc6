using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>
/// What is logged of calls: names and times. Arguments and results are never in it, and so neither are a function's exceptions, whose
/// messages may quote them, nor a name that is no function's, which is the model's text.
/// </summary>
internal static partial class ToolLog
{
    [LoggerMessage(110, LogLevel.Debug, "Function '{Function}' answered call {CallId} in {Milliseconds:0} ms")]
    public static partial void Invoked(ILogger logger, string function, string callId, double milliseconds);

    [LoggerMessage(111, LogLevel.Debug, "Function '{Function}' was not allowed to answer call {CallId}")]
    public static partial void Denied(ILogger logger, string function, string callId);

    [LoggerMessage(112, LogLevel.Warning, "Call {CallId} was not made: {Code}")]
    public static partial void Refused(ILogger logger, string callId, string code);

    [LoggerMessage(113, LogLevel.Warning, "Function '{Function}' failed at call {CallId}: {Error}")]
    public static partial void Failed(ILogger logger, string function, string callId, Type error);
}
