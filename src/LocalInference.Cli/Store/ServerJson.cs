using System.Text;
using System.Text.Json;

namespace LocalInference.Cli.Store;

/// <summary>JSON as it goes to a server of models and comes from it: what is missing or of another kind is told as absent, never an error.</summary>
internal static class ServerJson
{
    /// <summary>An object, written whole.</summary>
    public static string Body(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    public static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    public static long? Number(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out long whole) ? whole : null;
}
