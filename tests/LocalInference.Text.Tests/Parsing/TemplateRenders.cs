using System.Text.Json.Nodes;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>
/// Renders the detector's probes with python's jinja2. A process is started for a batch, so the detector runs until it has
/// asked for nothing new, each time with what was rendered so far.
/// </summary>
internal static class TemplateRenders
{
    private static readonly Lazy<IReadOnlyDictionary<string, ChatFormat>> s_formats = new(DetectAll);

    /// <summary>The format found in one of llama.cpp's templates.</summary>
    public static ChatFormat Format(string template) => s_formats.Value[template];

    private static Dictionary<string, ChatFormat> DetectAll()
    {
        Dictionary<string, string> sources = Oracle.TemplateNames.ToDictionary(name => name, Oracle.Template, StringComparer.Ordinal);
        Dictionary<string, string?> rendered = new(StringComparer.Ordinal);
        while (true)
        {
            Dictionary<string, RenderRequest> missing = new(StringComparer.Ordinal);
            Dictionary<string, ChatFormat> formats = sources.ToDictionary(
                template => template.Key,
                template => ChatFormatDetector.Detect(template.Value, (messages, tools, prompt, thinking) => Lookup(rendered, missing, template, messages, tools, prompt, thinking)),
                StringComparer.Ordinal);
            if (missing.Count == 0)
            {
                return formats;
            }

            IReadOnlyList<RenderResult> results = PythonOracle.Render([.. missing.Values]);
            foreach ((string key, RenderResult result) in missing.Keys.Zip(results))
            {
                rendered[key] = result.Output;
            }
        }
    }

    /// <summary>Arguments are an object where the template takes one, else text, as chat templates are given them.</summary>
    private static string? Lookup(
        Dictionary<string, string?> rendered,
        Dictionary<string, RenderRequest> missing,
        KeyValuePair<string, string> template,
        IReadOnlyList<ChatMessage> messages,
        IReadOnlyList<ChatTool> tools,
        bool prompt,
        bool thinking)
    {
        foreach (bool objects in (bool[])[true, false])
        {
            JsonObject variables = Variables(messages, tools, prompt, thinking, objects);
            string key = template.Key + "\n" + variables.ToJsonString();
            if (!rendered.TryGetValue(key, out string? text))
            {
                missing[key] = new RenderRequest(template.Value, variables, new DateTime(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc), Mutable: true);
                return null;
            }

            if (text is not null)
            {
                return text;
            }
        }

        return null;
    }

    private static JsonObject Variables(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ChatTool> tools, bool prompt, bool thinking, bool objects)
    {
        JsonArray list = [.. tools.Select(tool => (JsonNode)new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = tool.Name,
                ["description"] = tool.Description,
                ["parameters"] = JsonNode.Parse(tool.Parameters!.Value.GetRawText()),
            },
        })];
        JsonObject variables = new()
        {
            ["messages"] = new JsonArray([.. messages.Select(message => Message(message, objects))]),
            ["add_generation_prompt"] = prompt,
            ["enable_thinking"] = thinking,
            ["bos_token"] = string.Empty,
            ["eos_token"] = string.Empty,
            ["functions"] = list.ToJsonString(),
            ["datetime"] = "Nov 21 2026",
        };
        if (tools.Count > 0)
        {
            variables["tools"] = list;
        }

        return variables;
    }

    private static JsonObject Message(ChatMessage message, bool objects)
    {
        JsonObject node = new() { ["role"] = message.Role, ["content"] = message.Content };
        if (message.ReasoningContent is { } reasoning)
        {
            node["reasoning_content"] = reasoning;
            node["reasoning"] = reasoning;
            node["thinking"] = reasoning;
        }

        if (message.ToolCalls.Count > 0)
        {
            node["tool_calls"] = new JsonArray([.. message.ToolCalls.Select(call => new JsonObject
            {
                ["id"] = call.Id,
                ["type"] = "function",
                ["function"] = new JsonObject
                {
                    ["name"] = call.Name,
                    ["arguments"] = objects ? JsonNode.Parse(call.Arguments) : JsonValue.Create(call.Arguments),
                },
            })]);
        }

        return node;
    }
}
