using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>A call that is about to be made.</summary>
public sealed class ToolInvocation
{
    /// <summary>The call, as the model made it.</summary>
    public required FunctionCallContent Call { get; init; }

    /// <summary>The function.</summary>
    public required AIFunction Function { get; init; }

    /// <summary>The arguments that it gets; they may be changed.</summary>
    public required AIFunctionArguments Arguments { get; init; }

    /// <summary>The conversation up to the call.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>How often the model has been asked for this answer, counted from 1.</summary>
    public required int Iteration { get; init; }

    /// <summary>Set it to end the answer once the calls of this round are done, their results included.</summary>
    public bool Terminate { get; set; }
}
