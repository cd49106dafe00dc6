using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>
/// Renders conversations whose words are known, so that what a template writes around them can be told. Refusals are
/// <see langword="null"/>.
/// </summary>
internal sealed class TemplateProbe(ProbeRenderer render)
{
    public const string Content = "CONTENT-WORDS";
    public const string Reasoning = "REASONING-WORDS";
    public const string FirstTool = "probe_first";
    public const string SecondTool = "probe_second";
    public const string TextKey = "probe_text";
    public const string NumberKey = "probe_zumber";
    public const string TextValue = "VALUE-WORDS";
    public const string NumberValue = "417";
    public const string CallId = "call00001";

    private static readonly ChatMessage s_user = new() { Role = "user", Content = "USER-WORDS" };

    private static readonly ChatTool[] s_tools = [Tool(FirstTool), Tool(SecondTool)];

    /// <summary>A question, and the head of an answer that is to think.</summary>
    public string? Prompt() => RenderWithOrWithoutTools([s_user], true, true);

    /// <summary>What the template appends to ask for an answer.</summary>
    public string? GenerationPrompt(bool thinking)
    {
        string? before = RenderWithOrWithoutTools([s_user], false, thinking);
        string? after = RenderWithOrWithoutTools([s_user], true, thinking);
        return before is null || after is null ? null : after[MarkupText.CommonStart(before, after)..];
    }

    /// <summary>What the template writes for an answer, from where it differs from the conversation before it.</summary>
    public string? Answer(string content, string? reasoning, bool withCall = false)
    {
        ChatMessage answer = new()
        {
            Role = "assistant",
            Content = content,
            ReasoningContent = reasoning,
            ToolCalls = withCall ? [Call(FirstTool, CallId)] : [],
        };
        return Rendered(answer, withCall ? s_tools : [], thinking: true);
    }

    /// <summary>What the template writes for calls.</summary>
    public string? Calls(bool two)
    {
        ChatMessage answer = new()
        {
            Role = "assistant",
            Content = string.Empty,
            ToolCalls = two ? [Call(FirstTool, CallId), Call(SecondTool, "call00002")] : [Call(FirstTool, CallId)],
        };
        return Rendered(answer, s_tools, thinking: false) ?? Rendered(answer, s_tools, thinking: true);
    }

    private string? Rendered(ChatMessage answer, ChatTool[] tools, bool thinking)
    {
        string? before = tools.Length > 0 ? render([s_user], tools, false, thinking) : RenderWithOrWithoutTools([s_user], false, thinking);
        string? after = tools.Length > 0 ? render([s_user, answer], tools, false, thinking) : RenderWithOrWithoutTools([s_user, answer], false, thinking);
        if (before is null || after is null)
        {
            return null;
        }

        // A template may close the conversation in the first render; what it has in common is still before the answer.
        return after[MarkupText.CommonStart(before, after)..];
    }

    /// <summary>A template that is made for tools may refuse a conversation without any.</summary>
    private string? RenderWithOrWithoutTools(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, bool thinking) =>
        render(messages, [], addGenerationPrompt, thinking) ?? render(messages, s_tools, addGenerationPrompt, thinking);

    private static ChatToolCall Call(string name, string id) =>
        new(name, $$"""{"{{TextKey}}": "{{TextValue}}", "{{NumberKey}}": {{NumberValue}}}""", id);

    private static ChatTool Tool(string name)
    {
        using JsonDocument schema = JsonDocument.Parse($$"""
            {
                "type": "object",
                "properties": {
                    "{{TextKey}}": { "type": "string", "description": "text" },
                    "{{NumberKey}}": { "type": "integer", "description": "number" }
                },
                "required": ["{{TextKey}}", "{{NumberKey}}"]
            }
            """);
        return new ChatTool(name, "probe", schema.RootElement.Clone());
    }
}
