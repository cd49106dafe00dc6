using System.Text.Json;

namespace LocalInference;

/// <summary>
/// Reads <c>tokenizer.json</c> of Hugging Face's tokenizers: byte-level BPE, SentencePiece's BPE, which it has with bytes to fall back to
/// and the order of the vocabulary in place of scores, and the pieces of words of BERT.
/// </summary>
internal static class TokenizerJson
{
    // More than any vocabulary has; ids decide how much is allocated.
    private const int MostTokens = 1 << 22;

    /// <exception cref="Abstractions.ConversionException">The tokenizer is of another kind.</exception>
    public static Vocabulary Read(JsonFile file)
    {
        JsonElement model = file.Get("model", JsonValueKind.Object);
        string? type = JsonFile.Find(model, "type", JsonValueKind.String)?.GetString();
        if (type is not (null or "BPE" or "WordPiece"))
        {
            throw file.Refuse($"its model is '{type}'", HyperParameters.UseAnother, type, "BPE, WordPiece");
        }

        JsonElement vocabulary = JsonFile.Find(model, "vocab", JsonValueKind.Object) ?? throw file.Refuse("it has no vocab", HyperParameters.UseAnother);
        string?[] texts = Texts(file, vocabulary);
        if (type == "WordPiece")
        {
            return WordPieces.Read(file, model, texts);
        }

        if (JsonFile.Find(model, "byte_fallback", JsonValueKind.True) is not null)
        {
            string? unknown = JsonFile.Find(model, "unk_token", JsonValueKind.String)?.GetString();
            return new Vocabulary(VocabularyKind.SentencePiece, [.. texts.Select((text, id) => Piece(text, id, unknown))]) { AddsSpace = PreTokenizers.PrependsSpace(file) };
        }

        string pre = PreTokenizers.Find(file) ?? throw file.Refuse("how it cuts texts before it merges is not known", HyperParameters.UseAnother, "pre_tokenizer", PreTokenizers.Known);
        return new Vocabulary(VocabularyKind.BytePairs, [.. texts.Select(static (text, id) => Piece(text, id, unknown: null))]) { Merges = Merges(file, model), PreTokenizer = pre };
    }

    /// <summary>The tokens that were added later.</summary>
    public static IEnumerable<AddedToken> Added(JsonFile file)
    {
        foreach (JsonElement token in file.Find("added_tokens", JsonValueKind.Array)?.EnumerateArray() ?? default)
        {
            if (JsonFile.Find(token, "id", JsonValueKind.Number) is not { } number || !number.TryGetInt32(out int id) || id is < 0 or >= MostTokens
                || JsonFile.Find(token, "content", JsonValueKind.String)?.GetString() is not { Length: > 0 } text)
            {
                throw file.Refuse("one of its added_tokens has no id or content", "Get another copy of the model.");
            }

            yield return new AddedToken(id, text, JsonFile.Find(token, "special", JsonValueKind.True) is not null);
        }
    }

    private static string?[] Texts(JsonFile file, JsonElement vocabulary)
    {
        var texts = new List<string?>();
        foreach (JsonProperty token in vocabulary.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out int id) || id is < 0 or >= MostTokens)
            {
                throw file.Refuse("a token of its vocab has no id", "Get another copy of the model.");
            }

            while (texts.Count <= id)
            {
                texts.Add(null);
            }

            texts[id] = token.Name;
        }

        return [.. texts];
    }

    private static VocabularyToken Piece(string? text, int id, string? unknown) => text switch
    {
        null => new VocabularyToken($"[PAD{id}]", -1000, VocabularyTokenType.Unused),
        _ when text == unknown => new VocabularyToken(text, -id, VocabularyTokenType.Unknown),
        ['<', '0', 'x', _, _, '>'] when unknown is not null => new VocabularyToken(text, -id, VocabularyTokenType.Byte),
        _ => new VocabularyToken(text, -id, VocabularyTokenType.Normal),
    };

    // Pairs were once written with a space between, and are lists now.
    private static string[] Merges(JsonFile file, JsonElement model) =>
        [.. (JsonFile.Find(model, "merges", JsonValueKind.Array) ?? throw file.Refuse("it has no merges", HyperParameters.UseAnother)).EnumerateArray().Select(merge => merge.ValueKind switch
        {
            JsonValueKind.String => merge.GetString()!,
            JsonValueKind.Array when merge.GetArrayLength() == 2 => $"{merge[0]} {merge[1]}",
            _ => throw file.Refuse("one of its merges is no pair", "Get another copy of the model."),
        })];
}
