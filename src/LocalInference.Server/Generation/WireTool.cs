using System.Text.Json;
using LocalInference.Server.Http;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Generation;

/// <summary>A function that a request offers to the model.</summary>
internal sealed class WireTool : AIFunctionDeclaration
{
    private static readonly JsonElement s_noParameters = JsonElement.Parse("""{"type":"object","properties":{}}""");

    private WireTool(string name, string description, JsonElement schema, bool strict)
    {
        Name = name;
        Description = description;
        JsonSchema = schema;
        AdditionalProperties = strict ? new Dictionary<string, object?>(StringComparer.Ordinal) { ["strict"] = true } : new Dictionary<string, object?>(StringComparer.Ordinal);
    }

    public override string Name { get; }

    public override string Description { get; }

    public override JsonElement JsonSchema { get; }

    public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; }

    /// <summary>The tools of a request in the form that OpenAI and Ollama share: <c>{type: "function", function: {name, description, parameters}}</c>.</summary>
    public static IReadOnlyList<WireTool> Read(JsonFields request) =>
        [.. request.Items("tools").Select(static item => Tool(JsonFields.AsObject(item.Value, item.Path)))];

    /// <summary>A tool of an object with a name, a description, a schema and whether that is strict.</summary>
    /// <param name="function">The object.</param>
    /// <param name="schema">What the schema's field is called.</param>
    public static WireTool Of(JsonFields function, string schema) => Of(function, schema, function.RequiredText("name"));

    /// <summary>The same under another name.</summary>
    /// <param name="function">The object.</param>
    /// <param name="schema">What the schema's field is called.</param>
    /// <param name="name">What the model is told that it is called.</param>
    public static WireTool Of(JsonFields function, string schema, string name) => new(
        name,
        function.Text("description") ?? "",
        function.Object(schema)?.Element.Clone() ?? s_noParameters,
        function.Truth("strict") ?? false);

    /// <summary>Whether the model may, must or must not call: <c>auto</c>, <c>required</c>, <c>none</c>, or the one function to call.</summary>
    public static ChatToolMode? ReadChoice(JsonFields request)
    {
        const string Field = "tool_choice";
        return request.Any(Field) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } word => word.GetString() switch
            {
                "auto" => ChatToolMode.Auto,
                "none" => ChatToolMode.None,
                "required" or "any" => ChatToolMode.RequireAny,
                _ => throw JsonFields.Wrong(request.Path + Field, "auto, none, required, or an object that names a function"),
            },
            { ValueKind: JsonValueKind.Object } choice => ChatToolMode.RequireSpecific(Named(new JsonFields(choice, $"{request.Path}{Field}."))),
            _ => throw JsonFields.Wrong(request.Path + Field, "auto, none, required, or an object that names a function"),
        };
    }

    private static string Named(JsonFields choice) => (choice.Object("function") ?? choice).RequiredText("name");

    private static WireTool Tool(JsonFields tool)
    {
        if (tool.Text("type") is { } type && type != "function")
        {
            throw JsonFields.Wrong(tool.Path + "type", "function");
        }

        JsonFields function = tool.Object("function") ?? throw RequestException.Bad($"{tool.Path}function is required", tool.Path + "function");
        return Of(function, "parameters");
    }
}
