using System.Collections.Frozen;
using System.Globalization;

namespace LocalInference;

/// <summary>
/// What Hugging Face's transformers and llama.cpp call the same part of a network. A part is a name without <c>.weight</c> or
/// <c>.bias</c> (llama-arch.cpp of llama.cpp v0.5.0; the modules of each family in transformers). Immutable.
/// </summary>
internal sealed class TensorNames
{
    private static readonly (string, string)[] s_decoder =
        [("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output")];

    private static readonly (string, string)[] s_layer =
    [
        ("input_layernorm", "attn_norm"), ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"),
        ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
    ];

    private static readonly (string, string)[] s_normBeforeFeedForward = [("post_attention_layernorm", "ffn_norm")];

    private static readonly (string, string)[] s_normsOfHeads = [("self_attn.q_norm", "attn_q_norm"), ("self_attn.k_norm", "attn_k_norm")];

    private static readonly (string, string)[] s_normsBeforeAndBehind =
        [("post_attention_layernorm", "post_attention_norm"), ("pre_feedforward_layernorm", "ffn_norm"), ("post_feedforward_layernorm", "post_ffw_norm")];

    private static readonly (string, string)[] s_fused =
    [
        ("input_layernorm", "attn_norm"), ("self_attn.qkv_proj", "attn_qkv"), ("self_attn.o_proj", "attn_output"), ("mlp.gate_up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
        .. s_normBeforeFeedForward,
    ];

    private static readonly (string, string)[] s_encoder =
    [
        ("embeddings.word_embeddings", "token_embd"), ("embeddings.position_embeddings", "position_embd"), ("embeddings.token_type_embeddings", "token_types"),
        ("embeddings.LayerNorm", "token_embd_norm"),
    ];

    private static readonly (string, string)[] s_encoderLayer =
    [
        ("attention.self.query", "attn_q"), ("attention.self.key", "attn_k"), ("attention.self.value", "attn_v"), ("attention.output.dense", "attn_output"),
        ("attention.output.LayerNorm", "attn_output_norm"), ("intermediate.dense", "ffn_up"), ("output.dense", "ffn_down"), ("output.LayerNorm", "layer_output_norm"),
    ];

    private static readonly FrozenDictionary<string, TensorNames> s_families = new Dictionary<string, TensorNames>(StringComparer.Ordinal)
    {
        ["llama"] = Decoder([.. s_layer, .. s_normBeforeFeedForward]),
        ["qwen2"] = Decoder([.. s_layer, .. s_normBeforeFeedForward]),
        ["qwen3"] = Decoder([.. s_layer, .. s_normBeforeFeedForward, .. s_normsOfHeads]),
        ["gemma"] = Decoder([.. s_layer, .. s_normBeforeFeedForward]),
        ["gemma2"] = Decoder([.. s_layer, .. s_normsBeforeAndBehind]),
        ["gemma3"] = Decoder([.. s_layer, .. s_normsBeforeAndBehind, .. s_normsOfHeads]),
        ["phi3"] = Decoder(s_fused),
        ["bert"] = new("encoder.layer.", s_encoder, s_encoderLayer),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly string _layers;
    private readonly FrozenDictionary<string, string> _toGguf;
    private readonly FrozenDictionary<string, string> _toModule;

    private TensorNames(string layers, IEnumerable<(string Module, string Part)> parts, IEnumerable<(string Module, string Part)> partsOfLayers)
    {
        _layers = layers;
        (string Module, string Part)[] all = [.. parts, .. partsOfLayers.Select(part => ($"{layers}#.{part.Module}", $"blk.#.{part.Part}"))];
        _toGguf = all.ToFrozenDictionary(static part => part.Module, static part => part.Part, StringComparer.Ordinal);
        _toModule = all.ToFrozenDictionary(static part => part.Part, static part => part.Module, StringComparer.Ordinal);
    }

    /// <summary>The architectures whose names are known.</summary>
    public static IEnumerable<string> Architectures => s_families.Keys.Order(StringComparer.Ordinal);

    /// <summary>The names of an architecture of llama.cpp, or <see langword="null"/>.</summary>
    public static TensorNames? Of(string architecture) => s_families.GetValueOrDefault(architecture);

    /// <summary>llama.cpp's name of a module, such as <c>blk.0.attn_q</c>, or <see langword="null"/>.</summary>
    public string? ToGguf(string module) => Translate(module, _layers, _toGguf);

    /// <summary>The module that llama.cpp calls so, such as <c>model.layers.0.self_attn.q_proj</c>, or <see langword="null"/>.</summary>
    public string? ToModule(string part) => Translate(part, "blk.", _toModule);

    private static TensorNames Decoder((string, string)[] partsOfLayers) => new("model.layers.", s_decoder, partsOfLayers);

    // The number of the layer stands behind the prefix, and for all of them # in the tables.
    private static string? Translate(string name, string layers, FrozenDictionary<string, string> names)
    {
        if (!name.StartsWith(layers, StringComparison.Ordinal))
        {
            return names.GetValueOrDefault(name);
        }

        int end = name.IndexOf('.', layers.Length);
        return end > 0 && int.TryParse(name.AsSpan(layers.Length, end - layers.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
            ? names.GetValueOrDefault($"{layers}#{name[end..]}")?.Replace("#", $"{layer}", StringComparison.Ordinal)
            : null;
    }
}
