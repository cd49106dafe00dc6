using System.Text.Json;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>What the protocols have in common.</summary>
internal static class WireValues
{
    /// <summary>The number of that name; <see langword="null"/>: it is not there.</summary>
    public static int? Integer(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number
            : null;

    /// <summary>The text of that name; <see langword="null"/>: it is not there.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The object or array of that name; undefined: it is not there.</summary>
    public static JsonElement Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>Writes a prompt as an array of ids or as text.</summary>
    public static void WritePrompt(this Utf8JsonWriter json, Prompt prompt)
    {
        if (prompt.Tokens is null)
        {
            json.WriteString("prompt", prompt.Text);
            return;
        }

        json.WriteStartArray("prompt");
        foreach (int token in prompt.Tokens)
        {
            json.WriteNumberValue(token);
        }

        json.WriteEndArray();
    }
}
