using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions;

/// <summary>Calls of functions, from JSON text to a chat client's content.</summary>
internal static class FunctionCalls
{
    /// <summary>The content for a call. Arguments that cannot be used as they are come with an exception, which tells invokers to answer with it.</summary>
    public static FunctionCallContent Content(ToolCallCompleted call)
    {
        var content = new FunctionCallContent(call.CallId, call.Name) { RawRepresentation = call };
        if (!call.IsComplete)
        {
            content.Exception = ExceptionFactory.Generation("tool_call_incomplete", $"The model did not finish the arguments of its call of '{call.Name}'", "Allow more tokens, or call again.");
        }

        try
        {
            content.Arguments = Parse(call.Arguments);
        }
        catch (JsonException e)
        {
            content.Exception ??= e;
        }

        return content;
    }

    private static Dictionary<string, object?> Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("The arguments of a function have to be a JSON object.");
        }

        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            arguments[property.Name] = property.Value.ValueKind == JsonValueKind.Null ? null : property.Value.Clone();
        }

        return arguments;
    }
}
