using System.Text.Json;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>A tokenizer of transformers as llama.cpp has it: SentencePiece with scores, or byte-level BPE with merges.</summary>
/// <param name="Tokens">The tokens; the place is the id.</param>
/// <param name="Merges">Of BPE the pairs, the first to be merged first; <see langword="null"/>: it is SentencePiece.</param>
/// <param name="PreTokenizer">Of BPE, llama.cpp's name of how texts are cut before.</param>
/// <param name="AddsSpace">Of SentencePiece, whether a space is put before a text.</param>
internal sealed record Vocabulary(VocabularyToken[] Tokens, string[]? Merges, string? PreTokenizer, bool AddsSpace)
{
    /// <exception cref="Abstractions.ConversionException">The tokenizer is not known.</exception>
    public static Vocabulary Read(string directory, JsonFile config, int size)
    {
        string sentencePiece = Path.Combine(directory, "tokenizer.model");
        JsonFile? json = JsonFile.Find(Path.Combine(directory, "tokenizer.json"));
        Vocabulary vocabulary = File.Exists(sentencePiece) ? SentencePieceModel.Read(sentencePiece)
            : json is not null ? TokenizerJson.Read(json)
            : throw config.Refuse("there is neither tokenizer.model nor tokenizer.json beside it", "Get the whole folder of the model.");
        AddedToken[] added = json is null ? [] : [.. TokenizerJson.Added(json)];
        VocabularyToken[] tokens = [.. vocabulary.Tokens];
        int count = Math.Max(tokens.Length, added.Select(static token => token.Id + 1).DefaultIfEmpty().Max());
        if (count > size)
        {
            throw config.Refuse($"its vocab_size is {size} and its tokenizer has {count} tokens", "Get another copy of the model.", $"{count}", $"{size}");
        }

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

        return vocabulary with { Tokens = tokens };
    }

    public void WriteTo(GgufMetadataBuilder metadata, string directory, JsonFile config)
    {
        metadata
            .Set("tokenizer.ggml.model", Merges is null ? "llama" : "gpt2")
            .Set("tokenizer.ggml.tokens", GgufArray.FromStrings(Tokens.Select(static token => token.Text)))
            .Set("tokenizer.ggml.token_type", GgufArray.From<int>([.. Tokens.Select(static token => (int)token.Type)]));
        if (Merges is null)
        {
            metadata
                .Set("tokenizer.ggml.pre", "default")
                .Set("tokenizer.ggml.scores", GgufArray.From<float>([.. Tokens.Select(static token => token.Score)]))
                .Set("tokenizer.ggml.add_space_prefix", AddsSpace);
        }
        else
        {
            metadata.Set("tokenizer.ggml.pre", PreTokenizer!).Set("tokenizer.ggml.merges", GgufArray.FromStrings(Merges));
        }

        JsonFile? tokenizer = JsonFile.Find(Path.Combine(directory, "tokenizer_config.json"));
        foreach ((string name, string key) in new[] { ("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"), ("pad_token", "padding") })
        {
            if (Id(tokenizer, config, name) is { } id)
            {
                metadata.Set($"tokenizer.ggml.{key}_token_id", (uint)id);
            }
        }

        // Llama's tokenizers begin a text unless they say otherwise.
        bool begins = tokenizer?.Find("add_bos_token", JsonValueKind.False) is null && (tokenizer?.Flag("add_bos_token") == true || Merges is null || PreTokenizer == "llama-bpe");
        metadata.Set("tokenizer.ggml.add_bos_token", begins);
        if (tokenizer?.Flag("add_eos_token") == true)
        {
            metadata.Set("tokenizer.ggml.add_eos_token", true);
        }

        WriteTemplates(metadata, directory, tokenizer);
    }

    private int? Id(JsonFile? tokenizer, JsonFile config, string name)
    {
        string? text = tokenizer?.Text(name) ?? (tokenizer?.Find(name, JsonValueKind.Object) is { } token ? JsonFile.Find(token, "content", JsonValueKind.String)?.GetString() : null);
        if (text is not null && Array.FindIndex(Tokens, token => token.Text == text) is >= 0 and var found)
        {
            return found;
        }

        // Several may end an answer; llama.cpp finds the others by their texts.
        JsonElement? stated = config.Find($"{name}_id", JsonValueKind.Number)
            ?? (config.Find($"{name}_id", JsonValueKind.Array) is { } ids && ids.GetArrayLength() > 0 && ids[0].ValueKind == JsonValueKind.Number ? ids[0] : null);
        return stated?.TryGetInt32(out int id) == true && (uint)id < (uint)Tokens.Length ? id : null;
    }

    private static void WriteTemplates(GgufMetadataBuilder metadata, string directory, JsonFile? tokenizer)
    {
        const string Key = "tokenizer.chat_template";
        string file = Path.Combine(directory, "chat_template.jinja");
        if (File.Exists(file))
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
