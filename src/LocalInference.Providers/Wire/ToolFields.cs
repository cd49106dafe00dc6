using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>Functions, their calls and results as JSON.</summary>
internal static class ToolFields
{
    /// <summary>Whether a function asks that its arguments keep to the whole schema; see <see cref="ChatInput.Tools"/>.</summary>
    public static bool IsStrict(AIFunctionDeclaration tool) =>
        tool.AdditionalProperties.TryGetValue("strict", out object? strict) && strict is true or JsonElement { ValueKind: JsonValueKind.True };

    /// <summary>The arguments of a call; those of an answer as they came, so that the prompt's prefix stays the same and can be cached.</summary>
    public static string Arguments(FunctionCallContent call) => call.RawRepresentation is ToolCallCompleted ours
        ? ours.Arguments
        : RequestBody.Text(writer =>
        {
            writer.WriteStartObject();
            foreach ((string name, object? value) in call.Arguments ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            {
                writer.WritePropertyName(name);
                WriteValue(writer, value);
            }

            writer.WriteEndObject();
        });

    /// <summary>What a function answered, as text: a text as it is, anything else as JSON.</summary>
    /// <exception cref="GenerationException">It holds something other than text (<c>content_unsupported</c>).</exception>
    public static string Result(FunctionResultContent result, string provider) => result.Result switch
    {
        null => result.Exception is null ? "" : "Error: the function failed.",
        string text => text,
        TextContent text => text.Text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        IEnumerable<AIContent> parts => string.Concat(parts.Select(part => part is TextContent text ? text.Text : throw ExceptionFactory.ContentUnsupported(provider, part.GetType().Name))),
        AIContent other => throw ExceptionFactory.ContentUnsupported(provider, other.GetType().Name),
        { } value => RequestBody.Text(writer => WriteValue(writer, value)),
    };

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            JsonSerializer.Serialize(writer, value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType()));
        }
    }
}
