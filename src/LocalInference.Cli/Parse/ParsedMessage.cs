using System.Text.Json.Serialization;
using LocalInference.Text;

namespace LocalInference.Cli.Parse;

/// <summary>A message as OpenAI's chat completions write it.</summary>
internal sealed record ParsedMessage(
    string Role,
    string? Content,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReasoningContent,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ParsedToolCall[]? ToolCalls,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Incomplete)
{
    public static ParsedMessage Of(ChatMessage message, bool incomplete) => new(
        message.Role,
        message.Content,
        message.ReasoningContent,
        message.ToolCalls.Count == 0 ? null : [.. message.ToolCalls.Select(ParsedToolCall.Of)],
        incomplete);
}
