using System.Text.Encodings.Web;
using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>Calls of functions and their results as the JSON text that models read.</summary>
internal static class FunctionJson
{
    private static readonly JsonWriterOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The arguments of a call; those of an answer of ours as the model wrote them, so that its prompt's prefix stays the same.</summary>
    public static string Arguments(FunctionCallContent call, JsonSerializerOptions options)
    {
        if (call.RawRepresentation is ToolCallCompleted ours)
        {
            return ours.Arguments;
        }

        return Write(writer =>
        {
            writer.WriteStartObject();
            foreach ((string name, object? value) in call.Arguments ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            {
                writer.WritePropertyName(name);
                WriteValue(writer, value, options);
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>What a function answered, as text: a text as it is, anything else as JSON.</summary>
    /// <exception cref="GenerationException">It holds something that a model that reads text cannot take.</exception>
    public static string Result(FunctionResultContent result, JsonSerializerOptions options) => result.Result switch
    {
        null => result.Exception is null ? "" : "Error: the function failed.",
        string text => text,
        AIContent part => ChatMessages.TextOf(part),
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        IEnumerable<AIContent> parts => string.Concat(parts.Select(ChatMessages.TextOf)),
        { } value => Write(writer => WriteValue(writer, value, options)),
    };

    private static void WriteValue(Utf8JsonWriter writer, object? value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
        }
    }

    /// <summary>JSON text on one line, with letters of all alphabets as they are.</summary>
    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_readable))
        {
            write(writer);
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
