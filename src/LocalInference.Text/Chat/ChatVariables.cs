using System.Text.Json;

namespace LocalInference.Text;

/// <summary>Makes a template's variables of a request: the names and shapes are those of Hugging Face's <c>apply_chat_template</c>.</summary>
internal static class ChatVariables
{
    public static Dictionary<string, JinjaValue> Of(ChatPromptRequest request, IReadOnlyList<ChatMessage> messages, TemplateForms forms, ChatTemplateOptions options)
    {
        var variables = new Dictionary<string, JinjaValue>(StringComparer.Ordinal)
        {
            ["messages"] = JinjaValue.FromList([.. messages.Select(m => ChatMessageValues.Of(m, forms))]),
            ["tools"] = request.Tools.Count > 0 ? JinjaValue.FromList([.. request.Tools.Select(Tool)]) : JinjaValue.None,
            ["documents"] = request.Documents.Count > 0 ? JinjaValue.FromList([.. request.Documents.Select(Document)]) : JinjaValue.None,
            ["add_generation_prompt"] = JinjaValue.FromBoolean(request.AddGenerationPrompt && !request.ContinueFinalMessage),
            ["bos_token"] = JinjaValue.FromString(options.BosText),
            ["eos_token"] = JinjaValue.FromString(options.EosText),
        };
        if (request.EnableThinking is { } thinks)
        {
            variables[forms.ThinkingVariable.Name] = thinks ? forms.ThinkingVariable.On : forms.ThinkingVariable.Off;
        }

        if (request.ReasoningEffort is { } effort)
        {
            variables["reasoning_effort"] = JinjaValue.FromString(effort, isContent: true);
        }

        foreach ((string name, JsonElement value) in request.Variables)
        {
            variables[name] = JinjaValue.FromJson(value, isContent: true);
        }

        return variables;
    }

    internal static JinjaValue Map(params ReadOnlySpan<(string Key, JinjaValue Value)> entries)
    {
        var map = new List<KeyValuePair<string, JinjaValue>>(entries.Length);
        foreach ((string key, JinjaValue value) in entries)
        {
            map.Add(new(key, value));
        }

        return JinjaValue.FromMap(map);
    }

    // A template may print the description without asking whether there is one, and loop over properties that are not there.
    private static JinjaValue Tool(ChatTool tool) => Map(
        ("type", JinjaValue.FromString("function")),
        ("function", Map(
            ("name", JinjaValue.FromString(tool.Name, isContent: true)),
            ("description", JinjaValue.FromString(tool.Description ?? "", isContent: true)),
            ("parameters", tool.Parameters is { } parameters
                ? JinjaValue.FromJson(parameters, isContent: true)
                : Map(("type", JinjaValue.FromString("object")), ("properties", Map()))))));

    private static JinjaValue Document(ChatDocument document) => Map(
        ("title", JinjaValue.FromString(document.Title ?? "", isContent: true)),
        ("text", JinjaValue.FromString(document.Text, isContent: true)));
}
