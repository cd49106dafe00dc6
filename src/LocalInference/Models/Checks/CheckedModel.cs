using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>A model's header as llama.cpp reads it: keys of exactly the stored type, strings up to their first NUL.</summary>
internal sealed class CheckedModel
{
    private const int LongestQuote = 60;

    private readonly string _path;

    public CheckedModel(string path, GgufFile file)
    {
        _path = path;
        Metadata = file.Metadata;
        Tensors = file.Tensors;
        Description = file.Describe();
        Architecture = Text("general.architecture") ?? "";
        Layers = (int)Math.Min(Count("block_count") ?? 0, int.MaxValue);
        Mends = PublisherMend.Find(this);
        foreach ((string key, GgufValue value) in Mends)
        {
            Metadata = Metadata.ToBuilder().Set(key, value).Build();
        }
    }

    /// <summary>The file's, with <see cref="Mends"/>.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>What llama.cpp is told in place of what the file says.</summary>
    public GgufMetadata Mends { get; }

    public IReadOnlyList<GgufTensorInfo> Tensors { get; }

    public GgufModelDescription Description { get; }

    /// <summary><c>general.architecture</c>; empty when there is none.</summary>
    public string Architecture { get; }

    /// <summary><c>block_count</c>; 0 when it is missing or not a number, which llama.cpp refuses by itself.</summary>
    public int Layers { get; }

    /// <summary>Whether each token may see those after it, which is no way to continue a text.</summary>
    public bool IsBidirectional => Metadata.TryGetBoolean(Key("attention.causal"), out bool causal) && !causal;

    /// <summary>Rows of a learned table of positions (<c>position_embd.weight</c>), or <see langword="null"/> where there is none.</summary>
    public int? PositionLimit =>
        Tensors.FirstOrDefault(static tensor => tensor.Name == "position_embd.weight") is { Dimensions: [_, var rows, ..] }
            ? (int)Math.Min(rows, int.MaxValue)
            : null;

    /// <summary>The name of an architecture's own key.</summary>
    public string Key(string name) => $"{Architecture}.{name}";

    /// <summary>
    /// An architecture's own unsigned number. Stored as another type it counts as missing: llama.cpp refuses that by itself
    /// (GGUFMeta::GKV::get_kv in llama-model-loader.cpp).
    /// </summary>
    public uint? Count(string name) =>
        Metadata.TryGetValue(Key(name), out GgufValue value) && value.Type == GgufValueType.UInt32 && value.TryGetUInt64(out ulong number)
            ? (uint)number
            : null;

    /// <summary>
    /// A number per layer, or one number for all (llama_model_loader::get_key_or_arr); <see langword="null"/> when the key is
    /// missing or of a type or length that llama.cpp refuses by itself.
    /// </summary>
    public uint[]? CountPerLayer(string name)
    {
        if (Count(name) is { } all)
        {
            return [.. Enumerable.Repeat(all, Layers)];
        }

        if (!Metadata.TryGetArray(Key(name), out GgufArray array) || array.Count != Layers)
        {
            return null;
        }

        return array.ElementType switch
        {
            GgufValueType.UInt32 => array.AsSpan<uint>().ToArray(),
            GgufValueType.Int32 => [.. array.AsSpan<int>().ToArray().Select(static value => unchecked((uint)value))],
            GgufValueType.Boolean => [.. array.AsSpan<byte>().ToArray().Select(static value => value == 0 ? 0u : 1u)],
            _ => null,
        };
    }

    /// <summary>An architecture's own Float32.</summary>
    public float? Number(string name) =>
        Metadata.TryGetValue(Key(name), out GgufValue value) && value.Type == GgufValueType.Float32 && value.TryGetDouble(out double number)
            ? (float)number
            : null;

    /// <summary>A string, by its whole key.</summary>
    public string? Text(string key) =>
        Metadata.TryGetString(key, out string value) ? value.Split('\0', 2)[0] : null;

    /// <summary>The error of a file that cannot be used.</summary>
    /// <param name="reason">What is wrong, with the name of the key or tensor.</param>
    /// <param name="value">What the file says.</param>
    /// <param name="limit">What would be possible.</param>
    public ModelUnsupportedException Refuse(string reason, object? value = null, object? limit = null) =>
        ExceptionFactory.ModelUnsupported(_path, reason, Invariant(value), Invariant(limit));

    /// <summary>Text of a file, safe to show.</summary>
    public static string Quote(string text)
    {
        string shown = text.Length > LongestQuote ? text[..LongestQuote] + "…" : text;
        return $"'{string.Concat(shown.Select(static character => char.IsControl(character) || char.IsSurrogate(character) ? '?' : character))}'";
    }

    private static string? Invariant(object? value) =>
        value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture);
}
