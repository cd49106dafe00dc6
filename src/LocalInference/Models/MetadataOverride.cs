using System.Text;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>Metadata that llama.cpp takes in place of a file's own. Texts are cut to what it has room for.</summary>
internal static unsafe class MetadataOverride
{
    public static llama_model_kv_override Of(string key, long value) => Pair(key) with { tag = llama_model_kv_override_type.LLAMA_KV_OVERRIDE_TYPE_INT, val_i64 = value };

    public static llama_model_kv_override Of(string key, double value) => Pair(key) with { tag = llama_model_kv_override_type.LLAMA_KV_OVERRIDE_TYPE_FLOAT, val_f64 = value };

    public static llama_model_kv_override Of(string key, string value)
    {
        llama_model_kv_override pair = Pair(key);
        pair.tag = llama_model_kv_override_type.LLAMA_KV_OVERRIDE_TYPE_STR;
        Copy(value, new Span<byte>(pair.val_str, llama_model_kv_override.TextLength));
        return pair;
    }

    /// <summary>The list that llama.cpp takes, with its end; <see langword="null"/> for no pairs. There are no arrays in it.</summary>
    public static llama_model_kv_override[]? ListOf(GgufMetadata pairs) => pairs.Count == 0 ? null :
    [
        .. pairs.Select(static pair =>
            pair.Value.TryGetString(out string text) ? Of(pair.Key, text)
            : pair.Value.TryGetInt64(out long integer) ? Of(pair.Key, integer)
            : pair.Value.TryGetDouble(out double number) ? Of(pair.Key, number)
            : throw new InvalidOperationException($"A {pair.Value.Type} cannot be given to llama.cpp.")),
        default,
    ];

    private static llama_model_kv_override Pair(string key)
    {
        llama_model_kv_override pair = default;
        Copy(key, new Span<byte>(pair.key, llama_model_kv_override.TextLength));
        return pair;
    }

    // Cut between characters, with room for the zero at the end.
    private static void Copy(string text, Span<byte> into) => Encoding.UTF8.GetEncoder().Convert(text, into[..^1], flush: true, out _, out _, out _);
}
