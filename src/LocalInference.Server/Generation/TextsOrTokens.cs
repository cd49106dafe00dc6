using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;

namespace LocalInference.Server.Generation;

/// <summary>A text, tokens, or an array of either.</summary>
internal static class TextsOrTokens
{
    public static IReadOnlyList<EmbeddingInput> Read(JsonFields request, string field)
    {
        switch (request.Any(field))
        {
            case null:
                throw RequestException.Bad($"{field} is required", field);
            case { ValueKind: JsonValueKind.String } text:
                return [text.GetString()!];
            case { ValueKind: JsonValueKind.Array } array when array.GetArrayLength() > 0 && array[0].ValueKind == JsonValueKind.Number:
                return [Tokens(request.Items(field))];
            case { ValueKind: JsonValueKind.Array }:
                return [.. request.Items(field).Select(static item => One(item.Value, item.Path))];
            default:
                throw JsonFields.Wrong(field, "a text, an array of texts, or tokens");
        }
    }

    private static EmbeddingInput One(JsonElement value, string path) => value.ValueKind == JsonValueKind.Array
        ? Tokens(value.EnumerateArray().Select(token => (token, path)))
        : JsonFields.AsText(value, path);

    private static EmbeddingInput Tokens(IEnumerable<(JsonElement Value, string Path)> items) =>
        new((int[])[.. items.Select(static item => JsonFields.AsInteger(item.Value, item.Path))]);
}
