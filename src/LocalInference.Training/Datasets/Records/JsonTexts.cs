using System.Text.Encodings.Web;
using System.Text.Json;

namespace LocalInference.Training;

/// <summary>Replaces what is written in JSON: names and texts.</summary>
internal static class JsonTexts
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same with every name and text replaced; where one is no Unicode, nothing of it.</summary>
    public static JsonElement Replace(JsonElement json, Func<string, string> replace)
    {
        using MemoryStream stream = new();
        try
        {
            using Utf8JsonWriter writer = new(stream, s_json);
            Write(writer, json, replace);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: nobody can look into such a text, and no template can write it.
            return JsonElement.Parse("{}");
        }

        return JsonElement.Parse(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static void Write(Utf8JsonWriter writer, JsonElement json, Func<string, string> replace)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    writer.WritePropertyName(replace(property.Name));
                    if (property.Value.ValueKind == JsonValueKind.String)
                    {
                        writer.WriteStringValue(ReplaceNamed(property.Name, property.Value.GetString()!, replace));
                    }
                    else
                    {
                        Write(writer, property.Value, replace);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in json.EnumerateArray())
                {
                    Write(writer, item, replace);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(replace(json.GetString()!));
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    // A password is told from other words by the name before it.
    private static string ReplaceNamed(string name, string text, Func<string, string> replace)
    {
        string named = replace($"{name}: {text}");
        return named.StartsWith($"{name}: ", StringComparison.Ordinal) ? named[$"{name}: ".Length..] : replace(text);
    }
}
