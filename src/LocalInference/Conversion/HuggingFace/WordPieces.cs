using System.Text.Json;

namespace LocalInference;

/// <summary>
/// Reads the pieces of words that BERT's tokenizers know, from <c>tokenizer.json</c> or <c>vocab.txt</c>. There the pieces that go on with a
/// word begin with ##; llama.cpp has ▁ before those that begin one instead.
/// </summary>
internal static class WordPieces
{
    private const string Continuation = "##";
    private const string Unknown = "[UNK]";

    /// <summary>The tokens that are structure: what begins and ends texts, hides or fills.</summary>
    private static readonly string[] s_control = ["[PAD]", "[CLS]", "[SEP]", "[MASK]"];

    /// <exception cref="Abstractions.ConversionException">It is damaged, or does more than is known.</exception>
    public static Vocabulary Read(JsonFile file, JsonElement model, IEnumerable<string?> texts)
    {
        if (JsonFile.Find(model, "continuing_subword_prefix", JsonValueKind.String)?.GetString() is { } prefix and not Continuation)
        {
            throw file.Refuse($"its continuing_subword_prefix is '{prefix}'", HyperParameters.UseAnother, prefix, Continuation);
        }

        JsonElement normalizer = file.Get("normalizer", JsonValueKind.Object);
        if (JsonFile.Find(normalizer, "type", JsonValueKind.String)?.GetString() is var type and not "BertNormalizer")
        {
            throw file.Refuse($"its normalizer is '{type}'", HyperParameters.UseAnother, type, "BertNormalizer");
        }

        bool lowers = JsonFile.Find(normalizer, "lowercase", JsonValueKind.False) is null;
        return Of(texts, lowers, JsonFile.Find(normalizer, "strip_accents", JsonValueKind.True) is not null || (lowers && JsonFile.Find(normalizer, "strip_accents", JsonValueKind.False) is null));
    }

    /// <exception cref="Abstractions.ConversionException">It is too large.</exception>
    public static Vocabulary ReadText(string path, JsonFile? settings)
    {
        JsonFile.RequireReadable(path);
        bool lowers = settings?.Find("do_lower_case", JsonValueKind.False) is null;
        return Of(File.ReadLines(path), lowers, settings?.Flag("strip_accents") == true || (lowers && settings?.Find("strip_accents", JsonValueKind.False) is null));
    }

    private static Vocabulary Of(IEnumerable<string?> texts, bool lowers, bool stripsAccents) =>
        new(VocabularyKind.WordPieces, [.. texts.Select(Piece)]) { Lowers = lowers, StripsAccents = stripsAccents };

    private static VocabularyToken Piece(string? text, int id) => text switch
    {
        null => new VocabularyToken($"[PAD{id}]", 0, VocabularyTokenType.Unused),
        Unknown => new VocabularyToken(text, 0, VocabularyTokenType.Unknown),
        _ when s_control.Contains(text) => new VocabularyToken(text, 0, VocabularyTokenType.Control),
        _ when text.StartsWith(Continuation, StringComparison.Ordinal) => new VocabularyToken(text[Continuation.Length..], 0, VocabularyTokenType.Normal),
        _ => new VocabularyToken($"▁{text}", 0, VocabularyTokenType.Normal),
    };
}
