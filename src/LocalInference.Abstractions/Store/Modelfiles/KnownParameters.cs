using System.Collections.Frozen;
using System.Globalization;

namespace LocalInference.Abstractions;

/// <summary>
/// The parameters that a Modelfile may set, with what they take: those of Ollama's API, and those that it once had and still reads.
/// </summary>
internal static class KnownParameters
{
    private static readonly FrozenDictionary<string, ParameterKind> s_kinds = new Dictionary<string, ParameterKind>(StringComparer.Ordinal)
    {
        ["num_keep"] = ParameterKind.Integer,
        ["seed"] = ParameterKind.Integer,
        ["num_predict"] = ParameterKind.Integer,
        ["top_k"] = ParameterKind.Integer,
        ["top_p"] = ParameterKind.Number,
        ["min_p"] = ParameterKind.Number,
        ["typical_p"] = ParameterKind.Number,
        ["repeat_last_n"] = ParameterKind.Integer,
        ["temperature"] = ParameterKind.Number,
        ["repeat_penalty"] = ParameterKind.Number,
        ["presence_penalty"] = ParameterKind.Number,
        ["frequency_penalty"] = ParameterKind.Number,
        ["stop"] = ParameterKind.Texts,
        ["num_ctx"] = ParameterKind.Integer,
        ["num_batch"] = ParameterKind.Integer,
        ["num_gpu"] = ParameterKind.Integer,
        ["main_gpu"] = ParameterKind.Integer,
        ["use_mmap"] = ParameterKind.Boolean,
        ["num_thread"] = ParameterKind.Integer,
        ["draft_num_predict"] = ParameterKind.Integer,
        ["mirostat"] = ParameterKind.Integer,
        ["mirostat_tau"] = ParameterKind.Number,
        ["mirostat_eta"] = ParameterKind.Number,
        ["penalize_newline"] = ParameterKind.Boolean,
        ["low_vram"] = ParameterKind.Boolean,
        ["f16_kv"] = ParameterKind.Boolean,
        ["logits_all"] = ParameterKind.Boolean,
        ["vocab_only"] = ParameterKind.Boolean,
        ["use_mlock"] = ParameterKind.Boolean,
        ["numa"] = ParameterKind.Boolean,
        ["tfs_z"] = ParameterKind.Number,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Names => s_kinds.Keys.Order(StringComparer.Ordinal);

    public static ParameterKind? KindOf(string name) => s_kinds.TryGetValue(name, out ParameterKind kind) ? kind : null;

    public static bool IsValue(ParameterKind kind, string text) => kind switch
    {
        ParameterKind.Integer => TryInteger(text, out _),
        ParameterKind.Number => TryNumber(text, out _),
        ParameterKind.Boolean => TryBoolean(text, out _),
        _ => true,
    };

    public static string Describe(ParameterKind kind) => kind switch
    {
        ParameterKind.Integer => "a whole number",
        ParameterKind.Number => "a number",
        ParameterKind.Boolean => "true or false",
        _ => "a text",
    };

    public static bool TryInteger(string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    public static bool TryNumber(string text, out float value) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);

    // As Go's strconv.ParseBool.
    public static bool TryBoolean(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }
}
