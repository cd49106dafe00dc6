namespace LocalInference.Text;

/// <summary>What a <see cref="ChatParseEvent"/> reports.</summary>
public enum ChatParseEventKind
{
    /// <summary>More of what the model thinks, in <see cref="ChatParseEvent.Text"/>.</summary>
    ReasoningDelta,

    /// <summary>More of the answer, in <see cref="ChatParseEvent.Text"/>.</summary>
    ContentDelta,

    /// <summary>A tool call began: its name is known, and its id if the format writes one before the arguments.</summary>
    ToolCallStarted,

    /// <summary>More of the arguments' JSON text, in <see cref="ChatParseEvent.Text"/>.</summary>
    ToolArgumentsDelta,

    /// <summary>A tool call ended; <see cref="ChatParseEvent.Call"/> is whole.</summary>
    ToolCallCompleted,
}
