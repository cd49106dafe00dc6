using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>What came of a call.</summary>
/// <param name="Result">What the model is told; <see langword="null"/>: nothing, because the answer ends.</param>
/// <param name="Ends">Whether the answer ends.</param>
internal sealed record ToolOutcome(FunctionResultContent? Result, bool Ends)
{
    /// <summary>A call that was not made, for a reason that the model is told.</summary>
    public static ToolOutcome Told(FunctionCallContent call, string reason) => new(new FunctionResultContent(call.CallId, reason), Ends: false);

    /// <summary>A call that failed.</summary>
    public static ToolOutcome Failed(FunctionCallContent call, string reason, Exception exception) =>
        new(new FunctionResultContent(call.CallId, $"Error: {reason}") { Exception = exception }, Ends: false);
}
