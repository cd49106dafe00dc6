using System.Text.Json;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>A recorded answer of a model and the message it is (<c>chat-cases.json</c>).</summary>
internal sealed record RecordedChatCase(string Template, ChatParserOptions Options, bool Parallel, string Text, bool IsPartial, ChatMessage Expected)
{
    public static RecordedChatCase Read(JsonElement element)
    {
        JsonElement inputs = element.GetProperty("inputs");
        JsonElement expected = element.GetProperty("expected");
        return new RecordedChatCase(
            element.GetProperty("template").GetString()!,
            new ChatParserOptions
            {
                Tools = [.. inputs.GetProperty("tools").EnumerateArray().Select(Tool)],
                ToolChoice = inputs.GetProperty("tool_choice").GetString() switch
                {
                    "none" => ToolChoiceMode.None,
                    "required" => ToolChoiceMode.Required,
                    _ => ToolChoiceMode.Auto,
                },
                Reasoning = inputs.GetProperty("reasoning_format").GetString() == "none" ? ReasoningFormat.InContent : ReasoningFormat.Separate,
                GenerationPrompt = element.GetProperty("output").GetProperty("generation_prompt").GetString()!,
                ContentIsJson = inputs.GetProperty("json_schema").ValueKind != JsonValueKind.Null,
            },
            inputs.GetProperty("parallel_tool_calls").GetBoolean(),
            element.GetProperty("text").GetString()!,
            element.GetProperty("is_partial").GetBoolean(),
            new ChatMessage
            {
                Role = "assistant",
                Content = expected.GetProperty("content").GetString(),
                ReasoningContent = expected.GetProperty("reasoning").GetString(),
                ToolCalls = [.. expected.GetProperty("tool_calls").EnumerateArray().Select(Call)],
            });
    }

    private static ChatTool Tool(JsonElement tool) =>
        new(tool.GetProperty("name").GetString()!, tool.GetProperty("description").GetString(), tool.GetProperty("parameters").Clone());

    private static ChatToolCall Call(JsonElement call) =>
        new(call.GetProperty("name").GetString()!, call.GetProperty("arguments").GetString()!, call.GetProperty("id").GetString());
}
