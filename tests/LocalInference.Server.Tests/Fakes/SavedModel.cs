using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalInference.TestModels;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>The files that transformers would save of a tiny Llama, and PEFT of an adapter for it.</summary>
internal static class SavedModel
{
    private const int Width = 64;
    private const int Inner = 128;
    private const int Rank = 2;
    private const string Layer = "model.layers.0.";

    private const string Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly TestVocabulary s_vocabulary = TestModel.Vocabulary(TestModelSpec.Llama3);

    /// <summary>The model's, by their names.</summary>
    public static Dictionary<string, byte[]> Files() => new(StringComparer.Ordinal)
    {
        ["config.json"] = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["hidden_size"] = Width,
            ["num_hidden_layers"] = 1,
            ["num_attention_heads"] = 4,
            ["intermediate_size"] = Inner,
            ["max_position_embeddings"] = 256,
            ["vocab_size"] = s_vocabulary.Tokens.Count,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
            ["tie_word_embeddings"] = true,
        }.ToJsonString()),
        ["tokenizer_config.json"] = Encoding.UTF8.GetBytes(new JsonObject { ["add_bos_token"] = false, ["eos_token"] = s_vocabulary.Tokens[s_vocabulary.Eos].Text }.ToJsonString()),
        ["tokenizer.json"] = Encoding.UTF8.GetBytes(Tokenizer().ToJsonString()),
        ["model.safetensors"] = Safetensors(
            ("model.embed_tokens.weight", [s_vocabulary.Tokens.Count, Width]),
            ("model.norm.weight", [Width]),
            ($"{Layer}input_layernorm.weight", [Width]),
            ($"{Layer}post_attention_layernorm.weight", [Width]),
            ($"{Layer}self_attn.q_proj.weight", [Width, Width]),
            ($"{Layer}self_attn.k_proj.weight", [Width, Width]),
            ($"{Layer}self_attn.v_proj.weight", [Width, Width]),
            ($"{Layer}self_attn.o_proj.weight", [Width, Width]),
            ($"{Layer}mlp.gate_proj.weight", [Inner, Width]),
            ($"{Layer}mlp.up_proj.weight", [Inner, Width]),
            ($"{Layer}mlp.down_proj.weight", [Width, Inner])),
    };

    /// <summary>The adapter's, by their names.</summary>
    public static Dictionary<string, byte[]> Adapter() => new(StringComparer.Ordinal)
    {
        ["adapter_config.json"] = Encoding.UTF8.GetBytes($$"""{"peft_type":"LORA","r":{{Rank}},"lora_alpha":4}"""),
        ["adapter_model.safetensors"] = Safetensors(
            ($"base_model.model.{Layer}self_attn.v_proj.lora_A.weight", [Rank, Width]),
            ($"base_model.model.{Layer}self_attn.v_proj.lora_B.weight", [Width, Rank])),
    };

    private static JsonObject Tokenizer() => new()
    {
        ["added_tokens"] = new JsonArray([.. s_vocabulary.Tokens.Index().Where(static token => token.Item.Type != TokenType.Normal)
            .Select(static token => new JsonObject { ["id"] = token.Index, ["content"] = token.Item.Text, ["special"] = true })]),
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = Pattern } },
                new JsonObject { ["type"] = "ByteLevel", ["use_regex"] = false }),
        },
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = new JsonObject(s_vocabulary.Tokens.Index().Where(static token => token.Item.Type == TokenType.Normal)
                .Select(static token => KeyValuePair.Create<string, JsonNode?>(token.Item.Text, token.Index))),
            ["merges"] = new JsonArray([.. s_vocabulary.Merges.Select(static merge => (JsonNode)merge)]),
        },
    };

    // The length of the header, the header, then the values: https://huggingface.co/docs/safetensors.
    private static byte[] Safetensors(params (string Name, int[] Shape)[] tensors)
    {
        JsonObject header = [];
        List<float> values = [];
        foreach ((string name, int[] shape) in tensors)
        {
            int count = shape.Aggregate(1, static (product, length) => product * length);
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = JsonSerializer.SerializeToNode(shape),
                ["data_offsets"] = new JsonArray(values.Count * sizeof(float), (values.Count + count) * sizeof(float)),
            };
            values.AddRange(Enumerable.Range(values.Count, count).Select(static index => MathF.Sin(index) / 20));
        }

        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] file = new byte[sizeof(ulong) + text.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)text.Length);
        text.CopyTo(file.AsSpan(sizeof(ulong)));
        return [.. file, .. MemoryMarshal.AsBytes<float>(CollectionsMarshal.AsSpan(values))];
    }
}
