using System.Text.Json.Serialization;
using LocalInference.Text;

namespace LocalInference.Cli.Parse;

/// <summary>One event of a parser.</summary>
internal sealed record ParsedEvent(
    string Event,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Index,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ParsedToolCall? Call,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Incomplete)
{
    public static ParsedEvent Of(ChatParseEvent one) => new(
        one.Kind switch
        {
            ChatParseEventKind.ReasoningDelta => "reasoning",
            ChatParseEventKind.ContentDelta => "content",
            ChatParseEventKind.ToolCallStarted => "call_started",
            ChatParseEventKind.ToolArgumentsDelta => "arguments",
            _ => "call_completed",
        },
        one.CallIndex < 0 ? null : one.CallIndex,
        one.Text.Length == 0 ? null : one.Text,
        one.Call is { } call ? ParsedToolCall.Of(call) : null,
        !one.IsComplete);
}
