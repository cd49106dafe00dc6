using System.Text;
using System.Text.Json.Nodes;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Tests.Conversion;

[Collection(ModelTests.Name)]
public sealed class HuggingFaceTests : ConversionTest
{
    private const string LlamaPattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public static TheoryData<string, int> Families => new()
    {
        { TestModelSpec.Llama.Name, 1 },
        { TestModelSpec.LlamaChat.Name, 3 },
        { TestModelSpec.Llama3.Name, 1 },
        { TestModelSpec.Qwen2.Name, 2 },
        { TestModelSpec.Qwen3.Name, 1 },
        { TestModelSpec.Gemma.Name, 1 },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public async Task A_converted_model_says_what_the_same_weights_say_as_gguf(string family, int shards)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(spec => spec.Name == family);
        string expected = Write(spec);
        WriteFolder(expected, spec, shards);

        await HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf"));

        Assert.InRange(ModelLogits.Distance(ModelLogits.Of(expected, Prompts.Of(1, 40)), ModelLogits.Of(At("out.gguf"), Prompts.Of(1, 40))), 0, 1e-3);
        await using LocalModel first = await LocalModel.LoadAsync(expected, new LocalModelOptions { ContextLength = 256 });
        await using LocalModel second = await LocalModel.LoadAsync(At("out.gguf"), new LocalModelOptions { ContextLength = 256 });
        const string Text = "Once upon a time there was <|im_start|> 12345 naïve 狐 foxes.\n\n  Two.";
        Assert.Equal(first.Tokenizer.Encode(Text, parseSpecial: true), second.Tokenizer.Encode(Text, parseSpecial: true));
        Assert.Equal(first.Tokenizer.EndOfSequence, second.Tokenizer.EndOfSequence);
        Assert.Equal(first.Info.ChatTemplate, second.Info.ChatTemplate);
    }

    [Theory]
    [InlineData(QuantizationType.F16, GgufTensorType.F16)]
    [InlineData(QuantizationType.BF16, GgufTensorType.BF16)]
    [InlineData(QuantizationType.Q8_0, GgufTensorType.Q8_0)]
    public async Task Matrices_are_stored_as_asked_and_vectors_as_they_are_needed(QuantizationType type, GgufTensorType stored)
    {
        WriteFolder(Write(TestModelSpec.Llama), TestModelSpec.Llama, shards: 1);

        await HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf"), type);

        using GgufFile file = GgufFile.Open(At("out.gguf"));
        Assert.Equal(stored, file.FindTensor("blk.1.ffn_down.weight")!.Type);
        Assert.Equal(GgufTensorType.F32, file.FindTensor("blk.1.ffn_norm.weight")!.Type);
        Assert.Equal((uint)type, file.Metadata.GetUInt32("general.file_type"));
    }

    [Fact]
    public async Task Frequencies_of_llama_3_are_those_of_transformers()
    {
        WriteFolder(Write(TestModelSpec.Llama), TestModelSpec.Llama, shards: 1, static config => config["rope_scaling"] = JsonNode.Parse("""{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}"""));

        await HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf"));

        // Waves of 2π·10000^(2i/16) tokens: those below 2,048 stay, that of 6,283 is between, and that of 19,869 is divided by 8.
        using GgufFile file = GgufFile.Open(At("out.gguf"));
        float[] factors = Values(file, "rope_freqs.weight");
        Assert.Equal(8, factors.Length);
        Assert.Equal([1f, 1, 1, 1, 1, 1], factors[..6]);
        Assert.InRange(factors[6], 4.6f, 4.8f);
        Assert.Equal(8, factors[7]);
    }

    [Theory]
    [InlineData("architectures", "[\"OtherForCausalLM\"]", "OtherForCausalLM")]
    [InlineData("hidden_size", "0", "hidden_size")]
    [InlineData("num_hidden_layers", "null", "num_hidden_layers")]
    [InlineData("rope_scaling", "{\"rope_type\":\"dynamic\",\"factor\":2}", "dynamic")]
    [InlineData("num_local_experts", "8", "num_local_experts")]
    [InlineData("quantization_config", "{}", "quantization_config")]
    [InlineData("vocab_size", "100", "vocab_size")]
    public async Task What_is_not_known_for_sure_is_refused(string name, string value, string reason)
    {
        WriteFolder(Write(TestModelSpec.Llama3), TestModelSpec.Llama3, shards: 1, config => config[name] = JsonNode.Parse(value));

        ConversionException refused = await Assert.ThrowsAsync<ConversionException>(() => HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf")));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(["tiny-llama3.gguf"], Files);
    }

    [Theory]
    [InlineData("{\"weight_map\":{\"a\":\"../model.safetensors\"}}")]
    [InlineData("{\"weight_map\":{\"a\":\"/model.safetensors\"}}")]
    [InlineData("{\"weight_map\":{}}")]
    [InlineData("{\"weight_map\":{\"a\":1}}")]
    [InlineData("{}")]
    [InlineData("[]")]
    public async Task An_index_that_leads_elsewhere_is_refused(string index)
    {
        WriteFolder(Write(TestModelSpec.Llama), TestModelSpec.Llama, shards: 1);
        await File.WriteAllTextAsync(Path.Combine(At("folder"), "model.safetensors.index.json"), index);

        await Assert.ThrowsAsync<ConversionException>(() => HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf")));
    }

    // The way back: what transformers would have saved of the model that the GGUF file is.
    private void WriteFolder(string gguf, TestModelSpec spec, int shards, Action<JsonObject>? change = null)
    {
        Directory.CreateDirectory(At("folder"));
        using GgufFile file = GgufFile.Open(gguf);
        string architecture = file.Metadata.GetString("general.architecture");
        TensorNames names = TensorNames.Of(architecture)!;
        (string Name, long[] Shape, float[] Values)[] tensors = [.. file.Tensors.Select(tensor =>
        {
            int dot = tensor.Name.LastIndexOf('.');
            string part = tensor.Name[..dot];
            float[] values = Values(file, tensor.Name);
            if (architecture == "llama" && (part.EndsWith("attn_q", StringComparison.Ordinal) || part.EndsWith("attn_k", StringComparison.Ordinal)))
            {
                values = Halves(values, (int)tensor.Dimensions[1], part.EndsWith('q') ? spec.HeadCount : spec.KeyValueHeadCount);
            }

            if (architecture == "gemma" && part.EndsWith("norm", StringComparison.Ordinal))
            {
                values = [.. values.Select(static value => value - 1)];
            }

            return ($"{names.ToModule(part)}{tensor.Name[dot..]}", tensor.Dimensions.Reverse().ToArray(), values);
        })];
        WriteShards(tensors, shards);
        JsonObject config = Config(file.Metadata, architecture, spec);
        change?.Invoke(config);
        File.WriteAllText(Path.Combine(At("folder"), "config.json"), config.ToJsonString());
        WriteTokenizer(spec, file.Metadata);
    }

    private void WriteShards((string Name, long[] Shape, float[] Values)[] tensors, int shards)
    {
        if (shards == 1)
        {
            SafetensorsWriter.Write(Path.Combine(At("folder"), "model.safetensors"), tensors);
            return;
        }

        JsonObject map = [];
        foreach ((int index, (string Name, long[] Shape, float[] Values)[] shard) in tensors.Chunk((tensors.Length + shards - 1) / shards).Index())
        {
            string name = $"model-{index + 1:D5}-of-{shards:D5}.safetensors";
            SafetensorsWriter.Write(Path.Combine(At("folder"), name), shard);
            foreach ((string tensor, _, _) in shard)
            {
                map[tensor] = name;
            }
        }

        File.WriteAllText(Path.Combine(At("folder"), "model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
    }

    private static JsonObject Config(GgufMetadata metadata, string architecture, TestModelSpec spec) => new()
    {
        ["architectures"] = new JsonArray(architecture switch { "llama" => "LlamaForCausalLM", "qwen2" => "Qwen2ForCausalLM", "qwen3" => "Qwen3ForCausalLM", _ => "GemmaForCausalLM" }),
        ["hidden_size"] = spec.EmbeddingLength,
        ["num_hidden_layers"] = spec.BlockCount,
        ["num_attention_heads"] = spec.HeadCount,
        ["num_key_value_heads"] = spec.KeyValueHeadCount,
        ["head_dim"] = metadata.GetUInt32($"{architecture}.attention.key_length"),
        ["intermediate_size"] = spec.FeedForwardLength,
        ["max_position_embeddings"] = spec.ContextLength,
        ["vocab_size"] = spec.VocabularySize,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["tie_word_embeddings"] = spec.TiedEmbeddings,
    };

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

    private void WriteTokenizer(TestModelSpec spec, GgufMetadata metadata)
    {
        TestVocabulary vocabulary = TestModel.Vocabulary(spec);
        var settings = new JsonObject { ["add_bos_token"] = metadata.TryGetBoolean("tokenizer.ggml.add_bos_token", out bool begins) && begins };
        foreach ((string name, int id) in new[] { ("bos_token", vocabulary.Bos), ("eos_token", vocabulary.Eos), ("unk_token", vocabulary.Unknown), ("pad_token", vocabulary.Padding) })
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

        File.WriteAllText(Path.Combine(At("folder"), "tokenizer_config.json"), settings.ToJsonString());
        if (vocabulary.Kind == TestVocabularyKind.Spm)
        {
            File.WriteAllBytes(Path.Combine(At("folder"), "tokenizer.model"), SentencePiece(vocabulary, metadata));
        }
        else
        {
            File.WriteAllText(Path.Combine(At("folder"), "tokenizer.json"), Tokenizer(vocabulary, spec).ToJsonString());
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
