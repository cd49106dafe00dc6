using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalInference.Training;

/// <summary>The JSON of a synthesis: what models are asked for, and its journal.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(JournalLine))]
[JsonSerializable(typeof(string))]
internal sealed partial class SynthesisJson : JsonSerializerContext
{
    public const string Question = "question";
    public const string Answer = "answer";
    public const string Score = "score";

    /// <summary>A question and its answer.</summary>
    public static JsonElement Sample { get; } = JsonElement.Parse("""
        {"type":"object","properties":{"question":{"type":"string"},"answer":{"type":"string"}},"required":["question","answer"],"additionalProperties":false}
        """);

    /// <summary>A judge's score.</summary>
    public static JsonElement Judgement { get; } = JsonElement.Parse("""
        {"type":"object","properties":{"score":{"type":"integer","enum":[1,2,3,4,5]}},"required":["score"],"additionalProperties":false}
        """);

    public static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, Default.String);

    /// <summary>
    /// The object in an answer that keeps to a schema, or <see langword="null"/>. Models that nothing forces put marks of code or a
    /// phrase around it.
    /// </summary>
    public static JsonElement? Find(string answer, JsonElement schema)
    {
        int start = answer.IndexOf('{', StringComparison.Ordinal);
        int end = answer.LastIndexOf('}');
        if (start < 0 || end < start)
        {
            return null;
        }

        try
        {
            JsonElement found = JsonElement.Parse(answer.AsSpan(start..(end + 1)));
            return JsonSchemaValidator.Validate(schema, found).Count == 0 ? found : null;
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return null;
        }
    }

    /// <summary>A text of an object without spaces around it, or <see langword="null"/> where there is none or it is blank.</summary>
    public static string? TextOf(JsonElement value, string name)
    {
        try
        {
            return RecordJson.Property(value, name) is { ValueKind: JsonValueKind.String } text && text.GetString()!.Trim() is { Length: > 0 } trimmed ? trimmed : null;
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return null;
        }
    }

    /// <summary>Whether an answer is no JSON, or a text in it no Unicode: half a surrogate pair.</summary>
    public static bool IsUnreadable(Exception e) => e is JsonException or InvalidOperationException;
}
