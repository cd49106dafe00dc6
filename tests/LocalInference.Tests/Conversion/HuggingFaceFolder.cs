using System.Text;
using System.Text.Json.Nodes;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Tests.Conversion;

/// <summary>The way back: folders that transformers would have saved of models in GGUF.</summary>
internal static class HuggingFaceFolder
{
    private const string LlamaPattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <param name="folder">The folder, which is made.</param>
    /// <param name="gguf">The model.</param>
    /// <param name="spec">What it is.</param>
    /// <param name="shards">How many files its weights are in.</param>
    /// <param name="change">Changes the config.</param>
    /// <param name="rename">Gives tensors other names; there are some more then, of a head for pretraining.</param>
    public static void Write(string folder, string gguf, TestModelSpec spec, int shards = 1, Action<JsonObject>? change = null, Func<string, string>? rename = null)
    {
        Directory.CreateDirectory(folder);
        using GgufFile file = GgufFile.Open(gguf);
        string architecture = file.Metadata.GetString("general.architecture");
        TensorNames names = TensorNames.Of(architecture)!;
        (string Name, long[] Shape, float[] Values)[] saved = [.. file.Tensors.Select(tensor =>
        {
            int dot = tensor.Name.LastIndexOf('.');
            string part = tensor.Name[..dot];
            float[] values = ConversionTest.Values(file, tensor.Name);
            if (architecture == "llama" && (part.EndsWith("attn_q", StringComparison.Ordinal) || part.EndsWith("attn_k", StringComparison.Ordinal)))
            {
                values = Halves(values, (int)tensor.Dimensions[1], part.EndsWith('q') ? spec.HeadCount : spec.KeyValueHeadCount);
            }

            if (architecture.StartsWith("gemma", StringComparison.Ordinal) && part.EndsWith("norm", StringComparison.Ordinal))
            {
                values = [.. values.Select(static value => value - 1)];
            }

            string name = $"{names.ToModule(part)}{tensor.Name[dot..]}";
            return (rename?.Invoke(name) ?? name, tensor.Dimensions.Reverse().ToArray(), values);
        })];
        WriteShards(folder, rename is null ? saved : [.. saved, ("bert.pooler.dense.weight", [1, 1], [0]), ("cls.predictions.bias", [1], [0])], shards);
        JsonObject config = Config(file.Metadata, architecture, spec);
        change?.Invoke(config);
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        WriteTokenizer(folder, spec, file.Metadata);
    }

    private static void WriteShards(string folder, (string Name, long[] Shape, float[] Values)[] tensors, int shards)
    {
        if (shards == 1)
        {
            SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors);
            return;
        }

        JsonObject map = [];
        foreach ((int index, (string Name, long[] Shape, float[] Values)[] shard) in tensors.Chunk((tensors.Length + shards - 1) / shards).Index())
        {
            string name = $"model-{index + 1:D5}-of-{shards:D5}.safetensors";
            SafetensorsWriter.Write(Path.Combine(folder, name), shard);
            foreach ((string tensor, _, _) in shard)
            {
                map[tensor] = name;
            }
        }

        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
    }

    private static JsonObject Config(GgufMetadata metadata, string architecture, TestModelSpec spec) => new()
    {
        ["architectures"] = new JsonArray(architecture == "bert" ? "BertModel" : $"{char.ToUpperInvariant(architecture[0])}{architecture[1..]}ForCausalLM"),
        ["hidden_size"] = spec.EmbeddingLength,
        ["num_hidden_layers"] = spec.BlockCount,
        ["num_attention_heads"] = spec.HeadCount,
        ["num_key_value_heads"] = spec.KeyValueHeadCount,
        ["head_dim"] = metadata.TryGetUInt32($"{architecture}.attention.key_length", out uint length) ? length : null,
        ["query_pre_attn_scalar"] = length > 0 ? length : null,
        ["sliding_window"] = architecture.StartsWith("gemma", StringComparison.Ordinal) ? spec.SlidingWindow : null,
        ["layer_types"] = architecture == "gemma2" ? new JsonArray("sliding_attention", "full_attention") : null,
        ["rope_local_base_freq"] = architecture == "gemma3" ? 10000.0 : null,
        ["type_vocab_size"] = architecture == "bert" ? 2 : null,
        ["intermediate_size"] = spec.FeedForwardLength,
        ["max_position_embeddings"] = spec.ContextLength,
        ["vocab_size"] = spec.VocabularySize,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["tie_word_embeddings"] = spec.TiedEmbeddings,
    };

    /// <summary>A piece as transformers has it, where what goes on with a word is marked, and not what begins it.</summary>
    public static string WordPiece(TestToken token) => token.Type != TokenType.Normal ? token.Text
        : token.Text.StartsWith('▁') ? token.Text[1..]
        : $"##{token.Text}";

    // From neighbours to halves, as the paper on rotary positions and the code of Llama differ.
    private static float[] Halves(float[] values, int rows, int heads)
    {
        int columns = values.Length / rows;
        int half = rows / heads / 2;
        float[] moved = new float[values.Length];
        for (int head = 0; head < heads; head++)
        {
            for (int i = 0; i < half; i++)
            {
                for (int part = 0; part < 2; part++)
                {
                    Array.Copy(values, ((((head * half) + i) * 2) + part) * columns, moved, ((((head * 2) + part) * half) + i) * columns, columns);
                }
            }
        }

        return moved;
    }

    private static void WriteTokenizer(string folder, TestModelSpec spec, GgufMetadata metadata)
    {
        TestVocabulary vocabulary = TestModel.Vocabulary(spec);
        var settings = new JsonObject { ["add_bos_token"] = metadata.TryGetBoolean("tokenizer.ggml.add_bos_token", out bool begins) && begins };
        foreach ((string name, int id) in new[] { (vocabulary.Kind == TestVocabularyKind.Wpm ? "cls_token" : "bos_token", vocabulary.Bos), ("sep_token", vocabulary.Separator), ("mask_token", vocabulary.Mask), ("eos_token", vocabulary.Eos), ("unk_token", vocabulary.Unknown), ("pad_token", vocabulary.Padding) })
        {
            if (id >= 0)
            {
                settings[name] = vocabulary.Tokens[id].Text;
            }
        }

        if (metadata.TryGetString("tokenizer.chat_template", out string template))
        {
            settings["chat_template"] = template;
        }

        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), settings.ToJsonString());
        if (vocabulary.Kind == TestVocabularyKind.Spm)
        {
            File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), SentencePiece(vocabulary, metadata));
        }
        else
        {
            JsonObject tokenizer = vocabulary.Kind == TestVocabularyKind.Bpe ? Tokenizer(vocabulary, spec) : WordPieces(vocabulary);
            File.WriteAllText(Path.Combine(folder, "tokenizer.json"), tokenizer.ToJsonString());
        }
    }

    private static JsonObject Tokenizer(TestVocabulary vocabulary, TestModelSpec spec)
    {
        JsonObject ids = [];
        JsonArray added = [];
        foreach ((int id, TestToken token) in vocabulary.Tokens.Index())
        {
            if (token.Type == TokenType.Normal)
            {
                ids[token.Text] = id;
            }
            else
            {
                added.Add(new JsonObject { ["id"] = id, ["content"] = token.Text, ["special"] = token.Type == TokenType.Control });
            }
        }

        string pattern = spec.PreTokenizer == "llama-bpe" ? LlamaPattern : LlamaPattern.Replace("{1,3}", "", StringComparison.Ordinal);
        return new JsonObject
        {
            ["added_tokens"] = added,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated" },
                    new JsonObject { ["type"] = "ByteLevel", ["use_regex"] = false }),
            },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = ids,
                ["merges"] = new JsonArray([.. vocabulary.Merges.Select(static merge => (JsonNode)merge.Split(' ').Aggregate(new JsonArray(), static (pair, text) =>
                {
                    pair.Add(text);
                    return pair;
                }))]),
            },
        };
    }

    private static JsonObject WordPieces(TestVocabulary vocabulary) => new()
    {
        ["added_tokens"] = new JsonArray([.. vocabulary.Tokens.Index().Where(static token => token.Item.Type != TokenType.Normal)
            .Select(static token => new JsonObject { ["id"] = token.Index, ["content"] = token.Item.Text, ["special"] = true })]),
        ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["lowercase"] = true, ["strip_accents"] = null },
        ["model"] = new JsonObject
        {
            ["type"] = "WordPiece",
            ["continuing_subword_prefix"] = "##",
            ["vocab"] = new JsonObject(vocabulary.Tokens.Index().Select(static token => KeyValuePair.Create<string, JsonNode?>(WordPiece(token.Item), token.Index))),
        },
    };

    private static byte[] SentencePiece(TestVocabulary vocabulary, GgufMetadata metadata)
    {
        using MemoryStream message = new();
        foreach (TestToken token in vocabulary.Tokens)
        {
            byte[] text = Encoding.UTF8.GetBytes(token.Text);
            Field(message, 1, [0x0A, (byte)text.Length, .. text, 0x15, .. BitConverter.GetBytes(token.Score), 0x18, (byte)token.Type]);
        }

        Field(message, 2, [0x18, 2]);
        Field(message, 3, [0x18, metadata.TryGetBoolean("tokenizer.ggml.add_space_prefix", out bool adds) && adds ? (byte)1 : (byte)0]);
        return message.ToArray();

        static void Field(MemoryStream message, int number, byte[] content)
        {
            message.WriteByte((byte)((number << 3) | 2));
            message.WriteByte((byte)content.Length);
            message.Write(content);
        }
    }
}
