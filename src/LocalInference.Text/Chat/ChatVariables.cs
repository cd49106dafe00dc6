using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
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
        if (forms.OmitsNoTools && request.Tools.Count == 0)
        {
            variables.Remove("tools");
        }

        if (forms.FunctionsText)
        {
            variables["functions"] = JinjaValue.FromString(FunctionsJson(request.Tools), isContent: true);
        }

        AddDates(request, options, variables);
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

    // Names that templates of Llama 3 and Firefunction have for what is otherwise asked for by function.
    private static void AddDates(ChatPromptRequest request, ChatTemplateOptions options, Dictionary<string, JinjaValue> variables)
    {
        DateTimeOffset now = request.Now ?? options.TimeProvider.GetLocalNow();
        variables["date_string"] = JinjaValue.FromString(now.ToString("dd MMM yyyy", CultureInfo.InvariantCulture));
        variables["datetime"] = JinjaValue.FromString(now.ToString("MMM dd yyyy", CultureInfo.InvariantCulture));
    }

    private static string FunctionsJson(IReadOnlyList<ChatTool> tools)
    {
        if (tools.Count == 0)
        {
            return "";
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (ChatTool tool in tools)
            {
                writer.WriteStartObject();

                // As bytes: half of a surrogate pair becomes U+FFFD in them, and fails no writer.
                writer.WriteString("name", Encoding.UTF8.GetBytes(tool.Name));
                writer.WriteString("description", Encoding.UTF8.GetBytes(tool.Description ?? ""));
                if (tool.Parameters is { } parameters)
                {
                    writer.WritePropertyName("parameters");
                    JsonStrings.Mended(parameters).WriteTo(writer);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
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
