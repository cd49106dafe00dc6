using System.Text.Json.Serialization;
using LocalInference.Text;

namespace LocalInference.Cli.Parse;

/// <summary>A tool call as OpenAI's chat completions write it; the id only where the model wrote one.</summary>
internal sealed record ParsedToolCall(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    string Type,
    ParsedFunction Function)
{
    public static ParsedToolCall Of(ChatToolCall call) => new(call.Id, "function", new ParsedFunction(call.Name, call.Arguments));
}
