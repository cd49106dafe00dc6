using System.Text.Json;

namespace LocalInference;

/// <summary>
/// Names of llama.cpp for how byte-level tokenizers cut a text before they merge (llama-vocab.cpp of v0.5.0), found from the
/// expressions that <c>tokenizer.json</c> has for it. One that is not known is refused: cut otherwise, a text has other tokens.
/// </summary>
internal static class PreTokenizers
{
    private const string Digits = @"\p{N}{1,3}";
    private const string LlamaPattern = $@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{Digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>For messages.</summary>
    public const string Known = "those of Llama 3, Qwen2, SmolLM and GPT-2";

    /// <summary>The name, or <see langword="null"/>.</summary>
    public static string? Find(JsonFile file)
    {
        JsonElement[] steps = Steps(file);
        string?[] types = [.. steps.Select(static step => JsonFile.Find(step, "type", JsonValueKind.String)?.GetString())];
        return types switch
        {
            ["ByteLevel"] when UsesOwnPattern(steps[0]) => "gpt-2",
            ["Digits", "ByteLevel"] when UsesOwnPattern(steps[1]) && JsonFile.Find(steps[0], "individual_digits", JsonValueKind.True) is not null => "smollm",
            ["Split", "ByteLevel"] when !UsesOwnPattern(steps[1]) => Pattern(steps[0]) switch
            {
                LlamaPattern => "llama-bpe",
                { } pattern when pattern == LlamaPattern.Replace(Digits, @"\p{N}", StringComparison.Ordinal) => "qwen2",
                _ => null,
            },
            _ => null,
        };
    }

    /// <summary>Whether a tokenizer that imitates SentencePiece puts a space before a text.</summary>
    public static bool PrependsSpace(JsonFile file) =>
        All(file, "normalizer", "normalizers").Any(static step => Is(step, "Prepend"))
        || Steps(file).Any(static step => Is(step, "Metaspace") && JsonFile.Find(step, "prepend_scheme", JsonValueKind.String)?.GetString() is not "never" && JsonFile.Find(step, "add_prefix_space", JsonValueKind.False) is null);

    private static JsonElement[] Steps(JsonFile file) => All(file, "pre_tokenizer", "pretokenizers");

    private static JsonElement[] All(JsonFile file, string name, string list) => file.Find(name, JsonValueKind.Object) switch
    {
        null => [],
        { } sequence when Is(sequence, "Sequence") => JsonFile.Find(sequence, list, JsonValueKind.Array) is { } steps ? [.. steps.EnumerateArray()] : [],
        { } single => [single],
    };

    private static bool Is(JsonElement step, string type) => JsonFile.Find(step, "type", JsonValueKind.String)?.GetString() == type;

    private static bool UsesOwnPattern(JsonElement byteLevel) => JsonFile.Find(byteLevel, "use_regex", JsonValueKind.False) is null;

    private static string? Pattern(JsonElement split) =>
        JsonFile.Find(split, "pattern", JsonValueKind.Object) is { } pattern ? JsonFile.Find(pattern, "Regex", JsonValueKind.String)?.GetString() : null;
}
