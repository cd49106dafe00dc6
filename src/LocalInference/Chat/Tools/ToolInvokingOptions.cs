using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>How a <see cref="ToolInvokingChatClient"/> invokes functions. Immutable.</summary>
public sealed record ToolInvokingOptions
{
    /// <summary>The defaults.</summary>
    public static ToolInvokingOptions Default { get; } = new();

    /// <summary>
    /// The most times that the model is asked for one answer, at least 1. The last time it gets no functions, so that it answers in
    /// words. Default 40.
    /// </summary>
    public int MaximumIterations { get; init; } = 40;

    /// <summary>
    /// Rounds in a row in which every call failed, after which the last failure is thrown instead of told to the model; 0: at once.
    /// Default 3.
    /// </summary>
    public int MaximumConsecutiveErrors { get; init; } = 3;

    /// <summary>Whether the calls of one answer are invoked at the same time; otherwise one after the other. Default: yes.</summary>
    public bool AllowParallelCalls { get; init; } = true;

    /// <summary>Whether arguments are checked against the function's schema before it is invoked. Default: yes.</summary>
    public bool ValidateArguments { get; init; } = true;

    /// <summary>
    /// Whether the model is told the message of an exception that a function throws. Default: no, it may hold what is not meant for
    /// it. What is wrong with the arguments is always told.
    /// </summary>
    public bool IncludeErrorDetails { get; init; }

    /// <summary>Functions that can be called without being among those of the request. Default: none.</summary>
    public IReadOnlyList<AITool> AdditionalTools { get; init; } = [];

    /// <summary>Services for functions that take some; <see langword="null"/>: none.</summary>
    public IServiceProvider? Services { get; init; }

    /// <summary>Receives which functions were called and what came of it; never arguments or results. Default: nothing is logged.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>
    /// Asked before each call whether it may be made; may be asked for several at once. <see langword="null"/>, the default: calls may be
    /// made, but an <c>ApprovalRequiredAIFunction</c> is handed to the caller as a <c>ToolApprovalRequestContent</c>, whose response
    /// belongs into the next request. With such a function among the tools a stream shows calls only when the answer is whole.
    /// </summary>
    public Func<ToolInvocation, CancellationToken, ValueTask<ToolApproval>>? Approve { get; init; }

    /// <summary>
    /// Invokes a function in place of the client, to log, to cache or to change what it answers; may be called for several at once.
    /// <see langword="null"/>, the default: the function is invoked.
    /// </summary>
    public Func<ToolInvocation, CancellationToken, ValueTask<object?>>? Invoke { get; init; }
}
