using System.Globalization;
using System.Text.Json;

namespace LocalInference;

/// <summary>
/// Finds the tokens that were added to a tokenizer after it was trained: in <c>tokenizer.json</c>, or where there is none, in
/// <c>added_tokens_decoder</c> of <c>tokenizer_config.json</c>, or as older versions of transformers saved them, in <c>added_tokens.json</c>.
/// </summary>
internal static class AddedTokens
{
    /// <exception cref="Abstractions.ConversionException">One of them cannot be read.</exception>
    public static IEnumerable<AddedToken> Read(SourceFolder folder, JsonFile? json, JsonFile? settings) =>
        json is not null ? TokenizerJson.Added(json)
        : settings?.Find("added_tokens_decoder", JsonValueKind.Object) is { } decoder ? OfDecoder(settings, decoder)
        : JsonFile.Find(folder, "added_tokens.json") is { } list ? OfList(list)
        : [];

    private static IEnumerable<AddedToken> OfDecoder(JsonFile settings, JsonElement decoder)
    {
        foreach (JsonProperty token in decoder.EnumerateObject())
        {
            if (!int.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                || JsonFile.Find(token.Value, "content", JsonValueKind.String)?.GetString() is not { Length: > 0 } text)
            {
                throw settings.Refuse("one of its added_tokens_decoder has no id or content", "Get another copy of the model.");
            }

            yield return new AddedToken(id, text, JsonFile.Find(token.Value, "special", JsonValueKind.True) is not null);
        }
    }

    // It does not say which are structure; llama.cpp knows the usual ones by their texts.
    private static IEnumerable<AddedToken> OfList(JsonFile list)
    {
        foreach (JsonProperty token in list.Root.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out int id) || id < 0 || token.Name.Length == 0)
            {
                throw list.Refuse("one of its tokens has no id or text", "Get another copy of the model.");
            }

            yield return new AddedToken(id, token.Name, IsSpecial: false);
        }
    }
}
