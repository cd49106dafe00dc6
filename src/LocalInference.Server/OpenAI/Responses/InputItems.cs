using System.Buffers;
using System.Text.Json;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary>
/// Reads a request's <c>input</c> into items of one form each, which can be kept and listed: a message has its parts in an array, and
/// every item has a type and an id. An <c>item_reference</c> stands for the item of an earlier response that has its id.
/// </summary>
internal static class InputItems
{
    private const int MostItems = 4096;
    private const string Reference = "item_reference";

    /// <summary>Reads it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="find">Finds an item that is kept, by its id; <see langword="null"/>: there is none.</param>
    /// <exception cref="RequestException">It is none, or refers to an item that is not kept.</exception>
    public static IReadOnlyList<JsonElement> Read(JsonFields request, Func<string, JsonElement?> find)
    {
        switch (request.Any("input"))
        {
            case { ValueKind: JsonValueKind.String } text:
                return [Item(json => WriteMessage(json, "user", () => WritePart(json, "input_text", text.GetString()!)), id: null, "msg")];
            case { ValueKind: JsonValueKind.Array } items when items.GetArrayLength() is > 0 and <= MostItems:
                return [.. request.Items("input").Select(item => ReadItem(JsonFields.AsObject(item.Value, item.Path), find))];
            case null:
                throw RequestException.Bad("input is required", "input");
            default:
                throw JsonFields.Wrong("input", $"a text, or an array of 1 to {MostItems} items");
        }
    }

    private static JsonElement ReadItem(JsonFields item, Func<string, JsonElement?> find)
    {
        string? id = item.Text("id");

        // Messages and references need not say their type.
        string type = item.Text("type") ?? (id is not null && item.Any("role") is null && item.Any("content") is null ? Reference : "message");
        return type switch
        {
            Reference => Referenced(item, find),
            "message" => Message(item, id),
            "function_call" => Call(item, id),
            "function_call_output" => CallOutput(item, id),
            "reasoning" => Reasoning(item, id),
            _ => throw RequestException.Bad($"{item.Path}type: '{type}' cannot be read; send message, function_call, function_call_output, reasoning or item_reference", item.Path + "type"),
        };
    }

    private static JsonElement Referenced(JsonFields item, Func<string, JsonElement?> find)
    {
        string id = item.RequiredText("id");
        return find(id) ?? throw RequestException.Missing("item", id, item.Path + "id");
    }

    private static JsonElement Message(JsonFields item, string? id)
    {
        string role = item.RequiredText("role");
        if (role is not ("system" or "developer" or "user" or "assistant"))
        {
            throw JsonFields.Wrong(item.Path + "role", "system, developer, user or assistant");
        }

        return Item(json => WriteMessage(json, role, () => WriteParts(json, item, "content", role == "assistant" ? "output_text" : "input_text")), id, "msg");
    }

    private static JsonElement Call(JsonFields item, string? id) => Item(
        json =>
        {
            json.WriteString("type", "function_call");
            json.WriteString("call_id", item.RequiredText("call_id"));
            json.WriteString("name", item.RequiredText("name"));
            if (item.Text("namespace") is { Length: > 0 } space)
            {
                json.WriteString("namespace", space);
            }

            json.WriteString("arguments", item.RequiredText("arguments"));
            json.WriteString("status", item.Text("status") ?? "completed");
        },
        id,
        "fc");

    private static JsonElement CallOutput(JsonFields item, string? id) => Item(
        json =>
        {
            json.WriteString("type", "function_call_output");
            json.WriteString("call_id", item.RequiredText("call_id"));
            json.WriteStartArray("output");
            WriteParts(json, item, "output", "input_text");
            json.WriteEndArray();
            json.WriteString("status", item.Text("status") ?? "completed");
        },
        id,
        "fco");

    private static JsonElement Reasoning(JsonFields item, string? id) => Item(
        json =>
        {
            json.WriteString("type", "reasoning");
            json.WriteStartArray("summary");
            json.WriteEndArray();
            json.WriteStartArray("content");
            WriteParts(json, item, "content", "reasoning_text");
            json.WriteEndArray();
        },
        id,
        "rs");

    private static void WriteMessage(Utf8JsonWriter json, string role, Action parts)
    {
        json.WriteString("type", "message");
        json.WriteString("role", role);
        json.WriteStartArray("content");
        parts();
        json.WriteEndArray();
        json.WriteString("status", "completed");
    }

    // A text, or parts of which only texts can be read.
    private static void WriteParts(Utf8JsonWriter json, JsonFields item, string field, string type)
    {
        if (item.Any(field) is { ValueKind: JsonValueKind.String } whole)
        {
            WritePart(json, type, whole.GetString()!);
            return;
        }

        foreach ((JsonElement value, string path) in item.Items(field))
        {
            JsonFields part = JsonFields.AsObject(value, path);
            WritePart(json, type, part.RequiredText("type") switch
            {
                "input_text" or "output_text" or "reasoning_text" or "summary_text" or "text" => part.RequiredText("text"),
                "refusal" => part.RequiredText("refusal"),
                var other => throw RequestException.Bad($"{part.Path}type: this model reads text only, not '{other}'; leave it out, or say in words what it shows", part.Path + "type"),
            });
        }
    }

    private static void WritePart(Utf8JsonWriter json, string type, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("text", text);
        if (type == "output_text")
        {
            json.WriteStartArray("annotations");
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static JsonElement Item(Action<Utf8JsonWriter> write, string? id, string prefix)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("id", id is { Length: > 0 } ? id : $"{prefix}_{Guid.NewGuid():N}");
            write(json);
            json.WriteEndObject();
        }

        return JsonElement.Parse(bytes.WrittenSpan);
    }
}
