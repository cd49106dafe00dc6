using System.Text.Json;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary>
/// The functions that a request for a response offers. Clients offer OpenAI's own tools wherever they ask, so what is no function is left
/// out. A <c>namespace</c> is its functions, each with the namespace before its name in the conversation and beside it in answers.
/// </summary>
internal sealed class ResponseTools
{
    private const string Choice = "tool_choice";

    private readonly List<WireTool> _functions = [];
    private readonly Dictionary<string, (string? Namespace, string Name)> _parts = new(StringComparer.Ordinal);

    private ResponseTools()
    {
    }

    public IReadOnlyList<WireTool> Functions => _functions;

    public static ResponseTools Read(JsonFields request)
    {
        var tools = new ResponseTools();
        foreach ((JsonElement value, string path) in request.Items("tools"))
        {
            JsonFields tool = JsonFields.AsObject(value, path);
            switch (tool.RequiredText("type"))
            {
                case "function":
                    tools.Add(tool, space: null);
                    break;
                case "namespace":
                    tools.AddNamespace(tool);
                    break;
                default:
                    break;
            }
        }

        return tools;
    }

    /// <summary>What a function is called within the conversation.</summary>
    /// <param name="function">An object with its name, and its namespace if it has one.</param>
    public static string NameOf(JsonFields function)
    {
        string name = function.RequiredText("name");
        return function.Text("namespace") is { Length: > 0 } space ? NameOf(space, name) : name;
    }

    /// <summary>A function's namespace, if it has one, and its name there.</summary>
    /// <param name="name">What it is called within the conversation.</param>
    public (string? Namespace, string Name) PartsOf(string name) => _parts.TryGetValue(name, out (string? Namespace, string Name) parts) ? parts : (null, name);

    /// <summary>Whether the model may, must or must not call.</summary>
    /// <exception cref="RequestException">It must call what is left out.</exception>
    public ChatToolMode? ReadChoice(JsonFields request)
    {
        ChatToolMode? mode = request.Any(Choice) is { ValueKind: JsonValueKind.Object } choice
            ? ChatToolMode.RequireSpecific(Named(new JsonFields(choice, $"{request.Path}{Choice}.")))
            : WireTool.ReadChoice(request);
        return mode is RequiredChatToolMode && _functions.Count == 0
            ? throw RequestException.Bad($"{Choice}: a call is required, and none of the tools is a function; the server itself runs no tools", Choice)
            : mode;
    }

    private static string NameOf(string space, string name) => space.EndsWith("__", StringComparison.Ordinal) ? $"{space}{name}" : $"{space}__{name}";

    private string Named(JsonFields choice)
    {
        if (choice.Text("type") is { } type && type != "function")
        {
            throw RequestException.Bad($"{Choice}: '{type}' is no function; the server itself runs no tools", Choice);
        }

        string name = NameOf(choice.Object("function") ?? choice);
        return _functions.Exists(function => function.Name == name) ? name : throw RequestException.Bad($"{Choice}: there is no function '{name}' among the tools", Choice);
    }

    private void AddNamespace(JsonFields tool)
    {
        string space = tool.RequiredText("name");
        foreach ((JsonElement value, string path) in tool.Items("tools"))
        {
            JsonFields function = JsonFields.AsObject(value, path);
            if (function.Text("type") is null or "function")
            {
                Add(function, space);
            }
        }
    }

    private void Add(JsonFields function, string? space)
    {
        string own = function.RequiredText("name");
        string name = space is { Length: > 0 } ? NameOf(space, own) : own;
        _functions.Add(WireTool.Of(function, "parameters", name));
        _parts[name] = (space is { Length: > 0 } ? space : null, own);
    }
}
