using System.Text.Json.Nodes;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;
using LocalInference.Tests.Embeddings;

namespace LocalInference.Tests.Conversion;

[Collection(ModelTests.Name)]
public sealed class HuggingFaceTests : ConversionTest
{
    public static TheoryData<string, int> Families => new()
    {
        { TestModelSpec.Llama.Name, 1 },
        { TestModelSpec.LlamaChat.Name, 3 },
        { TestModelSpec.Llama3.Name, 1 },
        { TestModelSpec.Qwen2.Name, 2 },
        { TestModelSpec.Qwen3.Name, 1 },
        { TestModelSpec.Gemma.Name, 1 },
        { TestModelSpec.Gemma2.Name, 2 },
        { TestModelSpec.Gemma3.Name, 1 },
        { TestModelSpec.Phi3.Name, 1 },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public async Task A_converted_model_says_what_the_same_weights_say_as_gguf(string family, int shards)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(spec => spec.Name == family);
        string expected = Write(spec);
        WriteFolder(expected, spec, shards);

        await HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf"));

        // Longer than the windows of those that have some.
        int[] tokens = Prompts.Of(1, 100);
        Assert.InRange(ModelLogits.Distance(ModelLogits.Of(expected, tokens), ModelLogits.Of(At("out.gguf"), tokens)), 0, 1e-3);
        await using LocalModel first = await LocalModel.LoadAsync(expected, new LocalModelOptions { ContextLength = 256 });
        await using LocalModel second = await LocalModel.LoadAsync(At("out.gguf"), new LocalModelOptions { ContextLength = 256 });
        const string Text = "Once upon a time there was <|im_start|> 12345 naïve 狐 foxes.\n\n  Two.";
        Assert.Equal(first.Tokenizer.Encode(Text, parseSpecial: true), second.Tokenizer.Encode(Text, parseSpecial: true));
        Assert.Equal(first.Tokenizer.EndOfSequence, second.Tokenizer.EndOfSequence);
        Assert.Equal(first.Info.ChatTemplate, second.Info.ChatTemplate);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_converted_encoder_makes_the_vectors_that_the_same_weights_make_as_gguf(bool asPretrained)
    {
        TestModelSpec spec = TestModelSpec.Bert;
        string expected = Write(spec);
        WriteFolder(expected, spec, shards: 1, rename: asPretrained ? AsPretrained : null);
        WritePooling("""{"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":false}""");
        if (asPretrained)
        {
            // Such checkpoints have no other tokenizer.
            File.Delete(Path.Combine(At("folder"), "tokenizer.json"));
            File.Delete(Path.Combine(At("folder"), "tokenizer_config.json"));
            await File.WriteAllLinesAsync(Path.Combine(At("folder"), "vocab.txt"), TestModel.Vocabulary(spec).Tokens.Select(HuggingFaceFolder.WordPiece));
        }

        await HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf"));

        await using LocalModel first = await LocalModel.LoadAsync(expected, new LocalModelOptions { ContextLength = 256 });
        await using LocalModel second = await LocalModel.LoadAsync(At("out.gguf"), new LocalModelOptions { ContextLength = 256 });
        string[] texts = ["Once upon a time, naïve foxes (12345) ran.", "TWO", "狐"];
        Assert.Equal(texts.Select(text => first.Tokenizer.Encode(text)), texts.Select(text => second.Tokenizer.Encode(text)));
        EmbeddingRequest request = Vectors.Request(texts) with { Normalize = false };
        Assert.InRange(ModelLogits.Distance(await first.Embed(request), await second.Embed(request)), 0, 1e-3);
    }

    [Theory]
    [InlineData("""{"pooling_mode_cls_token":true}""", 2u)]
    [InlineData("""{"pooling_mode":"lasttoken"}""", 3u)]
    public async Task Encoders_pool_as_their_makers_say(string config, uint pooling)
    {
        WriteFolder(Write(TestModelSpec.Bert), TestModelSpec.Bert, shards: 1);
        WritePooling(config);

        await HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf"), QuantizationType.F16);

        using GgufFile file = GgufFile.Open(At("out.gguf"));
        Assert.Equal(pooling, file.Metadata.GetUInt32("bert.pooling_type"));
        Assert.Equal(GgufTensorType.F16, file.FindTensor("token_embd.weight")!.Type);
        Assert.Equal(GgufTensorType.F32, file.FindTensor("position_embd.weight")!.Type);
    }

    [Fact]
    public async Task Phi_3_keeps_the_factors_of_long_contexts()
    {
        float[] longer = [1, 2, 3, 4, 5, 6, 7, 8];
        WriteFolder(Write(TestModelSpec.Phi3), TestModelSpec.Phi3, shards: 1, static config =>
        {
            config["rope_scaling"] = JsonNode.Parse("""{"type":"longrope","long_factor":[1,2,3,4,5,6,7,8],"short_factor":[1,1,1,1,1,1,1,1.5]}""");
            config["original_max_position_embeddings"] = 128;
        });

        await HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf"));

        using GgufFile file = GgufFile.Open(At("out.gguf"));
        Assert.Equal(longer, Values(file, "rope_factors_long.weight"));
        Assert.Equal(1.5f, Values(file, "rope_factors_short.weight")[^1]);
        Assert.Equal(128u, file.Metadata.GetUInt32("phi3.rope.scaling.original_context_length"));

        // 256 tokens in place of 128: √(1 + ln 2 / ln 128) = √(8/7).
        Assert.True(file.Metadata.TryGetSingle("phi3.rope.scaling.attn_factor", out float factor));
        Assert.Equal(MathF.Sqrt(8f / 7), factor, 1e-6f);
        Assert.All(ModelLogits.Of(At("out.gguf"), Prompts.Of(1, 10)), static row => Assert.All(row, static logit => Assert.True(float.IsFinite(logit))));
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
    [InlineData("tiny-gemma2", "query_pre_attn_scalar", "7")]
    [InlineData("tiny-gemma2", "attn_logit_softcapping", "null")]
    [InlineData("tiny-gemma2", "tie_word_embeddings", "false")]
    [InlineData("tiny-gemma2", "layer_types", "[\"full_attention\",\"sliding_attention\"]")]
    [InlineData("tiny-gemma3", "attn_logit_softcapping", "50")]
    [InlineData("tiny-gemma3", "sliding_window_pattern", "2")]
    [InlineData("tiny-gemma3", "use_bidirectional_attention", "true")]
    [InlineData("tiny-phi3", "hidden_act", "\"relu\"")]
    [InlineData("tiny-phi3", "rope_scaling", "{\"type\":\"longrope\",\"long_factor\":[1],\"short_factor\":[1]}")]
    [InlineData("tiny-bert", "position_embedding_type", "\"relative_key\"")]
    [InlineData("tiny-bert", "architectures", "[\"BertForSequenceClassification\"]")]
    public async Task What_llama_cpp_computes_otherwise_is_refused(string family, string name, string value)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(spec => spec.Name == family);
        WriteFolder(Write(spec), spec, shards: 1, config => config[name] = JsonNode.Parse(value));

        ConversionException refused = await Assert.ThrowsAsync<ConversionException>(() => HuggingFaceConverter.ConvertAsync(At("folder"), At("out.gguf")));

        Assert.Equal("conversion_unsupported", refused.Code);
        Assert.Contains(name switch { "architectures" => "BertForSequenceClassification", "rope_scaling" => "long_factor", _ => name }, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer_config.json", """{"eos_token":"<|added_2|>","added_tokens_decoder":{"FIRST":{"content":"<|added_1|>","special":true},"SECOND":{"content":"<|added_2|>","special":true}}}""")]
    [InlineData("added_tokens.json", """{"<|added_1|>":FIRST,"<|added_2|>":SECOND}""")]
    public void Tokens_that_were_added_later_are_found_without_a_tokenizer_json(string file, string content)
    {
        TestModelSpec spec = TestModelSpec.Llama;
        WriteFolder(Write(spec), spec, shards: 1);
        File.WriteAllText(Path.Combine(At("folder"), "tokenizer_config.json"), """{"eos_token":{"content":"<|added_2|>"}}""");
        var folder = new SourceFolder(At("folder"));
        JsonFile config = JsonFile.Read(Path.Combine(At("folder"), "config.json"));
        int first = TestModel.Vocabulary(spec).Tokens.Count;

        ConversionException refused = Assert.Throws<ConversionException>(() => Vocabulary.Read(folder, config, first + 3));
        File.WriteAllText(
            Path.Combine(At("folder"), file),
            content.Replace("FIRST", $"{first}", StringComparison.Ordinal).Replace("SECOND", $"{first + 1}", StringComparison.Ordinal));
        VocabularyToken[] tokens = Vocabulary.Read(folder, config, first + 3).Tokens;

        Assert.Contains("'<|added_2|>'", refused.Message, StringComparison.Ordinal);
        VocabularyTokenType type = file == "added_tokens.json" ? VocabularyTokenType.UserDefined : VocabularyTokenType.Control;
        Assert.Equal([("<|added_1|>", type), ("<|added_2|>", type), ($"[PAD{first + 2}]", VocabularyTokenType.Unused)], tokens[first..].Select(static token => (token.Text, token.Type)));
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

    [Fact]
    public void A_step_of_sentence_transformers_is_found_among_files_without_a_folder()
    {
        Directory.CreateDirectory(At("folder"));
        WritePooling("""{"pooling_mode_cls_token":true}""");
        Dictionary<string, string> files = new(StringComparer.Ordinal)
        {
            ["modules.json"] = Path.Combine(At("folder"), "modules.json"),
            ["1_Pooling/config.json"] = Path.Combine(At("folder"), "1_Pooling", "config.json"),
        };

        Assert.Equal(SentencePooling.Read(new SourceFolder(At("folder"))), SentencePooling.Read(new SourceFolder("files", files)));
        Assert.Null(SentencePooling.Read(new SourceFolder("files", new Dictionary<string, string>(StringComparer.Ordinal))));
        files.Remove("1_Pooling/config.json");
        Assert.Contains("there is no 1_Pooling/config.json in it", Assert.Throws<ConversionException>(() => SentencePooling.Read(new SourceFolder("files", files))).Message, StringComparison.Ordinal);
    }

    // As BertForPreTraining saves it, with TensorFlow's names of norms.
    private static string AsPretrained(string name) => $"bert.{name}"
        .Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
        .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal);

    private void WritePooling(string config)
    {
        File.WriteAllText(Path.Combine(At("folder"), "modules.json"), """[{"idx":0,"path":"","type":"sentence_transformers.models.Transformer"},{"idx":1,"path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]""");
        Directory.CreateDirectory(Path.Combine(At("folder"), "1_Pooling"));
        File.WriteAllText(Path.Combine(At("folder"), "1_Pooling", "config.json"), config);
    }

    private void WriteFolder(string gguf, TestModelSpec spec, int shards, Action<JsonObject>? change = null, Func<string, string>? rename = null) =>
        HuggingFaceFolder.Write(At("folder"), gguf, spec, shards, change, rename);
}
