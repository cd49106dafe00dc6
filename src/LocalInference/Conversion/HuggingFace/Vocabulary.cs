using System.Text.Json;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>A tokenizer of transformers as llama.cpp has it.</summary>
/// <param name="Kind">How it finds pieces.</param>
/// <param name="Tokens">The tokens; the place is the id.</param>
internal sealed record Vocabulary(VocabularyKind Kind, VocabularyToken[] Tokens)
{
    private const string Settings = "tokenizer_config.json";

    // Names in transformers, llama.cpp's keys (seperator is spelt so in llama-arch.cpp), and the texts that BERT's files take for granted.
    private static readonly (string Name, string Key, string? Usual)[] s_others =
        [("bos_token", "bos", null), ("eos_token", "eos", null), ("unk_token", "unknown", null), ("pad_token", "padding", null)];

    private static readonly (string Name, string Key, string? Usual)[] s_wordPieces =
        [("cls_token", "bos", "[CLS]"), ("sep_token", "seperator", "[SEP]"), ("unk_token", "unknown", "[UNK]"), ("pad_token", "padding", "[PAD]"), ("mask_token", "mask", "[MASK]")];

    /// <summary>Of byte pairs, the first to be merged first.</summary>
    public string[] Merges { get; init; } = [];

    /// <summary>Of byte pairs, llama.cpp's name of how texts are cut before.</summary>
    public string PreTokenizer { get; init; } = "default";

    /// <summary>Of SentencePiece, whether a space is put before a text.</summary>
    public bool AddsSpace { get; init; }

    /// <summary>Of pieces of words, whether capitals count for nothing.</summary>
    public bool Lowers { get; init; }

    /// <summary>Of pieces of words, whether accents count for nothing.</summary>
    public bool StripsAccents { get; init; }

    /// <exception cref="Abstractions.ConversionException">The tokenizer is not known, or a part of it is missing.</exception>
    public static Vocabulary Read(SourceFolder folder, JsonFile config, int size)
    {
        JsonFile? json = JsonFile.Find(folder, "tokenizer.json");
        JsonFile? settings = JsonFile.Find(folder, Settings);
        Vocabulary vocabulary = folder.Find("tokenizer.model") is { } sentencePiece ? SentencePieceModel.Read(sentencePiece)
            : json is not null ? TokenizerJson.Read(json)
            : folder.Find("vocab.txt") is { } wordPieces ? WordPieces.ReadText(wordPieces, settings)
            : throw config.Refuse("there is no tokenizer.model, tokenizer.json or vocab.txt beside it", "Get the whole folder of the model.");
        VocabularyToken[] tokens = [.. vocabulary.Tokens];
        if (tokens.Length > size)
        {
            throw config.Refuse($"its vocab_size is {size} and its tokenizer has {tokens.Length} tokens", "Get another copy of the model.", $"{tokens.Length}", $"{size}");
        }

        // Gemma's tokenizer knows a token of pictures that models of texts have no embedding of.
        IEnumerable<AddedToken> added = AddedTokens.Read(folder, json, settings).Where(token => token.Id < size);

        // The embedding may have more rows than there are tokens.
        Array.Resize(ref tokens, size);
        for (int id = vocabulary.Tokens.Length; id < size; id++)
        {
            tokens[id] = new VocabularyToken($"[PAD{id}]", -1000, VocabularyTokenType.Unused);
        }

        foreach (AddedToken token in added)
        {
            // SentencePiece's own unknown token and bytes stay what they are.
            if (tokens[token.Id].Type is VocabularyTokenType.Normal or VocabularyTokenType.Unused)
            {
                tokens[token.Id] = new VocabularyToken(token.Text, -1000, token.IsSpecial ? VocabularyTokenType.Control : VocabularyTokenType.UserDefined);
            }
        }

        // A model that ends its answers with a token that nobody knows would never end them.
        if (json is null && tokens.Skip(vocabulary.Tokens.Length).Any(static token => token.Type == VocabularyTokenType.Unused)
            && Text(settings, "eos_token") is { } end && !Array.Exists(tokens, token => token.Text == end))
        {
            throw settings!.Refuse($"its eos_token '{end}' is none of the tokens that are there", "Get the whole folder of the model, with tokenizer.json or added_tokens.json.", end);
        }

        return vocabulary with { Tokens = tokens };
    }

    public void WriteTo(GgufMetadataBuilder metadata, SourceFolder folder, JsonFile config)
    {
        metadata
            .Set("tokenizer.ggml.model", Kind switch { VocabularyKind.SentencePiece => "llama", VocabularyKind.BytePairs => "gpt2", _ => "bert" })
            .Set("tokenizer.ggml.pre", PreTokenizer)
            .Set("tokenizer.ggml.tokens", GgufArray.FromStrings(Tokens.Select(static token => token.Text)))
            .Set("tokenizer.ggml.token_type", GgufArray.From<int>([.. Tokens.Select(static token => (int)token.Type)]));
        switch (Kind)
        {
            case VocabularyKind.SentencePiece:
                metadata
                    .Set("tokenizer.ggml.scores", GgufArray.From<float>([.. Tokens.Select(static token => token.Score)]))
                    .Set("tokenizer.ggml.add_space_prefix", AddsSpace);
                break;
            case VocabularyKind.BytePairs:
                metadata.Set("tokenizer.ggml.merges", GgufArray.FromStrings(Merges));
                break;
            default:
                metadata
                    .Set("tokenizer.ggml.token_type_count", config.FindCount("type_vocab_size") ?? 1)
                    .Set("tokenizer.ggml.normalizer.lowercase", Lowers)
                    .Set("tokenizer.ggml.normalizer.strip_accents", StripsAccents);
                break;
        }

        JsonFile? tokenizer = JsonFile.Find(folder, Settings);
        foreach ((string name, string key, string? usual) in Kind == VocabularyKind.WordPieces ? s_wordPieces : s_others)
        {
            if (Id(tokenizer, config, name, usual) is { } id)
            {
                metadata.Set($"tokenizer.ggml.{key}_token_id", (uint)id);
            }
        }

        // Llama's tokenizers begin a text unless they say otherwise.
        bool begins = tokenizer?.Find("add_bos_token", JsonValueKind.False) is null && (tokenizer?.Flag("add_bos_token") == true || Kind != VocabularyKind.BytePairs || PreTokenizer == "llama-bpe");
        metadata.Set("tokenizer.ggml.add_bos_token", begins);
        if (tokenizer?.Flag("add_eos_token") == true)
        {
            metadata.Set("tokenizer.ggml.add_eos_token", true);
        }

        WriteTemplates(metadata, folder, tokenizer);
    }

    private int? Id(JsonFile? tokenizer, JsonFile config, string name, string? usual)
    {
        if (Text(tokenizer, name) is { } text && Array.FindIndex(Tokens, token => token.Text == text) is >= 0 and var found)
        {
            return found;
        }

        // Several may end an answer; llama.cpp finds the others by their texts.
        JsonElement? stated = config.Find($"{name}_id", JsonValueKind.Number)
            ?? (config.Find($"{name}_id", JsonValueKind.Array) is { } ids && ids.GetArrayLength() > 0 && ids[0].ValueKind == JsonValueKind.Number ? ids[0] : null);
        return stated?.TryGetInt32(out int id) == true && (uint)id < (uint)Tokens.Length ? id
            : Array.FindIndex(Tokens, token => token.Text == usual) is >= 0 and int known ? known
            : null;
    }

    private static string? Text(JsonFile? settings, string name) =>
        settings?.Text(name) ?? (settings?.Find(name, JsonValueKind.Object) is { } token ? JsonFile.Find(token, "content", JsonValueKind.String)?.GetString() : null);

    private static void WriteTemplates(GgufMetadataBuilder metadata, SourceFolder folder, JsonFile? tokenizer)
    {
        const string Key = "tokenizer.chat_template";
        if (folder.Find("chat_template.jinja") is { } file)
        {
            metadata.Set(Key, File.ReadAllText(file));
        }
        else if (tokenizer?.Text("chat_template") is { } template)
        {
            metadata.Set(Key, template);
        }
        else if (tokenizer?.Find("chat_template", JsonValueKind.Array) is { } variants)
        {
            foreach (JsonElement variant in variants.EnumerateArray())
            {
                string? name = JsonFile.Find(variant, "name", JsonValueKind.String)?.GetString();
                if (JsonFile.Find(variant, "template", JsonValueKind.String)?.GetString() is { } source && name is { Length: > 0 })
                {
                    metadata.Set(name == "default" ? Key : $"{Key}.{name}", source);
                }
            }
        }
    }
}
