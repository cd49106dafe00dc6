using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Tests.Conversion;

public sealed class PeftAdapterTests : ConversionTest
{
    private const string Weights = "adapter_model.safetensors";
    private const string Config = "adapter_config.json";

    public static TheoryData<string> Families => [.. new[] { TestModelSpec.LlamaChat, TestModelSpec.Qwen2, TestModelSpec.Qwen3, TestModelSpec.Gemma2, TestModelSpec.Gemma3, TestModelSpec.Phi3, TestModelSpec.Bert }.Select(static spec => spec.Name)];

    [Theory]
    [MemberData(nameof(Families))]
    public async Task An_adapter_that_goes_to_peft_and_back_is_the_same(string family)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(spec => spec.Name == family);
        string model = Write(spec);
        TestAdapter.Write(At("adapter.gguf"), spec, seed: 5, rank: 3, alpha: 7);

        await PeftAdapter.ToPeftAsync(At("adapter.gguf"), model, At("peft"));
        await PeftAdapter.ToGgufAsync(At("peft"), model, At("back.gguf"));

        using GgufFile expected = GgufFile.Open(At("adapter.gguf"));
        using GgufFile actual = GgufFile.Open(At("back.gguf"));
        Assert.Equal(7, actual.Metadata["adapter.lora.alpha"].TryGetDouble(out double alpha) ? alpha : 0, 1e-5);
        Assert.Equal(expected.Tensors.Length, actual.Tensors.Length);
        Assert.All(expected.Tensors, tensor => Assert.InRange(RelativeError(Values(actual, tensor.Name), Values(expected, tensor.Name)), 0, 1e-6));
    }

    [Fact]
    public async Task Rows_of_rotated_heads_are_halves_in_transformers_and_neighbours_in_llama_cpp()
    {
        string model = Write(TestModelSpec.LlamaChat);
        TestAdapter.Write(At("adapter.gguf"), TestModelSpec.LlamaChat, seed: 5, rank: 1);
        await PeftAdapter.ToPeftAsync(At("adapter.gguf"), model, At("peft"));

        using GgufFile gguf = GgufFile.Open(At("adapter.gguf"));
        using SafetensorsFile peft = SafetensorsFile.Open(Path.Combine(At("peft"), Weights));
        foreach ((string part, string module, int heads) in new[] { ("attn_q", "q_proj", 4), ("attn_k", "k_proj", 2) })
        {
            float[] ours = Values(gguf, $"blk.1.{part}.weight.lora_b");
            float[] theirs = peft.ReadAll(peft.Tensors[$"base_model.model.model.layers.1.self_attn.{module}.lora_B.weight"]);
            int half = ours.Length / heads / 2;
            for (int head = 0; head < heads; head++)
            {
                for (int i = 0; i < half; i++)
                {
                    Assert.Equal(ours[(((head * half) + i) * 2) + 0], theirs[(((head * 2) + 0) * half) + i]);
                    Assert.Equal(ours[(((head * half) + i) * 2) + 1], theirs[(((head * 2) + 1) * half) + i]);
                }
            }
        }

        Assert.Equal(Values(gguf, "blk.1.attn_v.weight.lora_b"), peft.ReadAll(peft.Tensors["base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight"]));
    }

    [Theory]
    [InlineData("""{"peft_type":"LORA","lora_alpha":6}""", 6f / 2, 6f / 4)]
    [InlineData("""{"peft_type":"LORA","lora_alpha":6,"use_rslora":true}""", 4.2426405f, 3f)]
    [InlineData("""{"peft_type":"LORA","lora_alpha":6,"alpha_pattern":{"q_proj":1,"layers.1.mlp.up_proj":10}}""", 1f / 2, 10f / 4)]
    [InlineData("""{"peft_type":"LORA","lora_alpha":6,"use_rslora":true,"alpha_pattern":{"up_proj|down_proj":2}}""", 4.2426405f, 1f)]
    [InlineData("""{"peft_type":"LORA","lora_alpha":6,"alpha_pattern":{"proj":2,"p_proj":2}}""", 6f / 2, 6f / 4)]
    public async Task The_scale_of_every_module_is_kept(string config, float scaleOfRank2, float scaleOfRank4)
    {
        string model = Write(TestModelSpec.Qwen2);
        WritePeft(config, Pair("model.layers.0.self_attn.q_proj", 2, 64, 64), Pair("model.layers.1.mlp.up_proj", 4, 64, 128));

        await PeftAdapter.ToGgufAsync(At("peft"), model, At("out.gguf"));

        using GgufFile file = GgufFile.Open(At("out.gguf"));
        Assert.True(file.Metadata["adapter.lora.alpha"].TryGetDouble(out double alpha));
        Assert.All(Values(file, "blk.0.attn_q.weight.lora_b"), value => Assert.Equal(scaleOfRank2, value * alpha / 2, 1e-5));
        Assert.All(Values(file, "blk.1.ffn_up.weight.lora_b"), value => Assert.Equal(scaleOfRank4, value * alpha / 4, 1e-5));
        Assert.All(Values(file, "blk.1.ffn_up.weight.lora_a"), static value => Assert.Equal(1, value));
    }

    [Fact]
    public async Task Different_ranks_are_in_the_config_of_an_export()
    {
        string model = Write(TestModelSpec.Qwen2);
        WritePeft("""{"peft_type":"LORA","lora_alpha":6}""", Pair("model.layers.0.self_attn.q_proj", 2, 64, 64), Pair("model.layers.1.self_attn.q_proj", 2, 64, 64), Pair("model.layers.1.mlp.up_proj", 4, 64, 128));
        await PeftAdapter.ToGgufAsync(At("peft"), model, At("out.gguf"));

        await PeftAdapter.ToPeftAsync(At("out.gguf"), model, At("again"));

        JsonElement config = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(At("again"), Config))).RootElement;
        Assert.Equal(2, config.GetProperty("r").GetInt32());
        Assert.Equal(6, config.GetProperty("lora_alpha").GetSingle());
        Assert.Equal("q_proj up_proj", string.Join(' ', config.GetProperty("target_modules").EnumerateArray().Select(static name => name.GetString())));
        Assert.Equal("""{"model.layers.1.mlp.up_proj":4}""", config.GetProperty("rank_pattern").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.Equal("tiny-qwen2", config.GetProperty("base_model_name_or_path").GetString());
    }

    [Fact]
    public async Task Embeddings_are_stored_the_other_way_round()
    {
        string model = Write(TestModelSpec.Qwen2);
        float[] a = [.. Enumerable.Range(0, 2 * 512).Select(static i => (float)i)];
        WritePeft(
            """{"peft_type":"LORA","lora_alpha":2}""",
            [("base_model.model.model.embed_tokens.lora_embedding_A", [2, 512], a), ("base_model.model.model.embed_tokens.lora_embedding_B", [64, 2], Ones(128))]);

        await PeftAdapter.ToGgufAsync(At("peft"), model, At("out.gguf"));
        await PeftAdapter.ToPeftAsync(At("out.gguf"), model, At("again"));

        using GgufFile file = GgufFile.Open(At("out.gguf"));
        Assert.Equal((long[])[2, 512], file.FindTensor("token_embd.weight.lora_a")!.Dimensions.ToArray());
        Assert.Equal([7f, 512 + 7f], Values(file, "token_embd.weight.lora_a").AsSpan(7 * 2, 2).ToArray());
        using SafetensorsFile again = SafetensorsFile.Open(Path.Combine(At("again"), Weights));
        Assert.Equal(a, again.ReadAll(again.Tensors["base_model.model.model.embed_tokens.lora_embedding_A"]));
    }

    [Theory]
    [InlineData("""{"peft_type":"LORA","use_dora":true}""", "q_proj.lora_A.weight", "use_dora")]
    [InlineData("""{"peft_type":"IA3"}""", "q_proj.lora_A.weight", "peft_type")]
    [InlineData("""{"peft_type":"LORA","fan_in_fan_out":true}""", "q_proj.lora_A.weight", "fan_in_fan_out")]
    [InlineData("""{"peft_type":"LORA","lora_alpha":0}""", "q_proj.lora_A.weight", "lora_alpha")]
    [InlineData("""{"peft_type":"LORA","alpha_pattern":{"(":1}}""", "q_proj.lora_A.weight", "(")]
    [InlineData("not json", "q_proj.lora_A.weight", "cannot be converted")]
    [InlineData("""{"peft_type":"LORA"}""", "q_proj.lora_magnitude_vector.weight", "DoRA")]
    [InlineData("""{"peft_type":"LORA"}""", "q_proj.weight", "no part of a LoRA")]
    [InlineData("""{"peft_type":"LORA"}""", "r_proj.lora_A.weight", "no module")]
    [InlineData("""{"peft_type":"LORA"}""", "q_proj.base_layer.weight", "no LoRA matrix")]
    public async Task What_gguf_cannot_express_is_refused(string config, string tensor, string reason)
    {
        string model = Write(TestModelSpec.Qwen2);
        string module = $"base_model.model.model.layers.0.self_attn.{tensor}";
        WritePeft(config, [(module, [2, 64], Ones(128)), .. tensor.Contains("lora_A", StringComparison.Ordinal) ? [(module.Replace("lora_A", "lora_B", StringComparison.Ordinal), (long[])[64, 2], Ones(128))] : Array.Empty<(string, long[], float[])>()]);

        ConversionException refused = await Assert.ThrowsAsync<ConversionException>(() => PeftAdapter.ToGgufAsync(At("peft"), model, At("out.gguf")));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(At("out.gguf")));
    }

    [Fact]
    public async Task An_adapter_of_other_shapes_or_without_its_half_is_refused()
    {
        string model = Write(TestModelSpec.Qwen2);
        const string Fits = """{"peft_type":"LORA"}""";
        WritePeft(Fits, Pair("model.layers.0.self_attn.q_proj", 2, 32, 64));
        await Assert.ThrowsAsync<AdapterException>(() => PeftAdapter.ToGgufAsync(At("peft"), model, At("out.gguf")));
        WritePeft(Fits, Pair("model.layers.0.self_attn.q_proj", 2, 64, 64)[1..]);
        await Assert.ThrowsAsync<ConversionException>(() => PeftAdapter.ToGgufAsync(At("peft"), model, At("out.gguf")));
        WritePeft(Fits, Pair("model.layers.0.self_attn.q_proj", 2, 64, 64)[..1]);
        await Assert.ThrowsAsync<ConversionException>(() => PeftAdapter.ToGgufAsync(At("peft"), model, At("out.gguf")));
        Assert.Equal(["tiny-qwen2.gguf"], Files);
    }

    private static (string Name, long[] Shape, float[] Values)[] Pair(string module, int rank, int columns, int rows) =>
    [
        ($"base_model.model.{module}.lora_A.weight", [rank, columns], Ones(rank * columns)),
        ($"base_model.model.{module}.lora_B.weight", [rows, rank], Ones(rows * rank)),
    ];

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];

    private void WritePeft(string config, params (string Name, long[] Shape, float[] Values)[][] tensors)
    {
        Directory.CreateDirectory(At("peft"));
        File.WriteAllText(Path.Combine(At("peft"), Config), config);
        SafetensorsWriter.Write(Path.Combine(At("peft"), Weights), [.. tensors.SelectMany(static pair => pair)]);
    }
}
