using System.Buffers;
using System.Globalization;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>What a model changes of the options that requests have. Immutable; names in their order.</summary>
internal sealed class ModelParameters
{
    private readonly SortedDictionary<string, IReadOnlyList<string>> _values;

    private ModelParameters(SortedDictionary<string, IReadOnlyList<string>> values) => _values = values;

    public static ModelParameters None { get; } = new(new(StringComparer.Ordinal));

    public bool IsEmpty => _values.Count == 0;

    /// <summary>Each value, with its parameter's name.</summary>
    public IEnumerable<(string Name, string Value)> Values => _values.SelectMany(static parameter => parameter.Value.Select(value => (parameter.Key, value)));

    /// <summary>From instructions that have been checked: of one parameter the last value, of texts all.</summary>
    public static ModelParameters Of(IEnumerable<ModelfileInstruction> instructions)
    {
        SortedDictionary<string, IReadOnlyList<string>> values = new(StringComparer.Ordinal);
        foreach (ModelfileInstruction parameter in instructions.Where(static instruction => instruction.Keyword == ModelfileKeyword.Parameter))
        {
            IReadOnlyList<string> earlier = KnownParameters.KindOf(parameter.Name!) == ParameterKind.Texts && values.TryGetValue(parameter.Name!, out IReadOnlyList<string>? texts) ? texts : [];
            values[parameter.Name!] = [.. earlier, parameter.Value];
        }

        return new(values);
    }

    /// <summary>From a model's layer. What nobody knows the meaning of is passed over.</summary>
    /// <exception cref="StoreException">It is no object of such values.</exception>
    public static ModelParameters FromJson(byte[] json, string model)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            SortedDictionary<string, IReadOnlyList<string>> values = new(StringComparer.Ordinal);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (KnownParameters.KindOf(property.Name) is { } kind && property.Value.ValueKind != JsonValueKind.Null)
                {
                    string[] texts = ReadTexts(property.Value);
                    values[property.Name] = texts.All(text => KnownParameters.IsValue(kind, text))
                        ? texts
                        : throw ExceptionFactory.ManifestDamaged(model, $"its parameter {property.Name} is not {KnownParameters.Describe(kind)}");
                }
            }

            return new(values);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ExceptionFactory.ManifestDamaged(model, $"its parameters are not an object of JSON: {e.Message}", e);
        }
    }

    /// <summary>These over others.</summary>
    public ModelParameters Over(ModelParameters others)
    {
        SortedDictionary<string, IReadOnlyList<string>> values = new(others._values, StringComparer.Ordinal);
        foreach ((string name, IReadOnlyList<string> value) in _values)
        {
            values[name] = value;
        }

        return new(values);
    }

    public byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            foreach ((string name, IReadOnlyList<string> texts) in _values)
            {
                writer.WritePropertyName(name);
                Write(writer, KnownParameters.KindOf(name), texts);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Texts that end answers.</summary>
    public IReadOnlyList<string> StopSequences => [.. (_values.GetValueOrDefault("stop") ?? []).Where(static text => text.Length > 0)];

    /// <summary>The most tokens of an answer; less than 0 is no limit.</summary>
    public int? MaxTokens => Integer("num_predict") is >= 0 and { } most ? most : null;

    /// <summary>What they say about choosing tokens.</summary>
    public SamplingOverrides ToSampling() => new()
    {
        Temperature = Number("temperature"),
        TopK = Integer("top_k"),
        TopP = Number("top_p"),
        MinP = Number("min_p"),
        TypicalP = Number("typical_p"),
        PenaltyLastN = Integer("repeat_last_n"),
        RepeatPenalty = Number("repeat_penalty"),
        PresencePenalty = Number("presence_penalty"),
        FrequencyPenalty = Number("frequency_penalty"),
        Mirostat = Integer("mirostat") is { } mode && Enum.IsDefined((MirostatMode)mode) ? (MirostatMode)mode : null,
        MirostatTau = Number("mirostat_tau"),
        MirostatEta = Number("mirostat_eta"),

        // Less than 0: another one for each answer.
        Seed = Integer("seed") is >= 0 and { } seed ? (uint)seed : null,
    };

    /// <summary>What they say about loading; numbers that stand for "choose yourself" in Ollama choose nothing here either.</summary>
    public LocalModelOptions ToOptions()
    {
        LocalModelOptions defaults = new();
        return defaults with
        {
            ContextLength = Positive("num_ctx"),
            BatchSize = Positive("num_batch") ?? defaults.BatchSize,
            GpuLayers = Integer("num_gpu") is >= 0 and { } layers ? layers : null,
            MainGpu = Integer("main_gpu") is >= 0 and { } gpu ? gpu : null,
            Threads = Positive("num_thread"),
            UseMemoryMapping = Boolean("use_mmap") ?? defaults.UseMemoryMapping,
        };
    }

    private static string[] ReadTexts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => [.. value.EnumerateArray().SelectMany(ReadTexts)],
        JsonValueKind.String => [value.GetString()!],

        // Go writes whole numbers that it holds as floating point with a fraction of nothing or an exponent.
        JsonValueKind.Number when value.TryGetDouble(out double number) && double.IsInteger(number) && Math.Abs(number) <= int.MaxValue => [((int)number).ToString(CultureInfo.InvariantCulture)],
        _ => [value.GetRawText()],
    };

    private static void Write(Utf8JsonWriter writer, ParameterKind? kind, IReadOnlyList<string> texts)
    {
        if (kind == ParameterKind.Integer && KnownParameters.TryInteger(texts[^1], out int integer))
        {
            writer.WriteNumberValue(integer);
        }
        else if (kind == ParameterKind.Number && KnownParameters.TryNumber(texts[^1], out float number))
        {
            writer.WriteNumberValue(number);
        }
        else if (kind == ParameterKind.Boolean && KnownParameters.TryBoolean(texts[^1], out bool boolean))
        {
            writer.WriteBooleanValue(boolean);
        }
        else
        {
            writer.WriteStartArray();
            foreach (string text in texts)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }
    }

    private string? Last(string name) => _values.TryGetValue(name, out IReadOnlyList<string>? texts) && texts.Count > 0 ? texts[^1] : null;

    private int? Integer(string name) => Last(name) is { } text && KnownParameters.TryInteger(text, out int value) ? value : null;

    private int? Positive(string name) => Integer(name) is > 0 and { } value ? value : null;

    private float? Number(string name) => Last(name) is { } text && KnownParameters.TryNumber(text, out float value) ? value : null;

    private bool? Boolean(string name) => Last(name) is { } text && KnownParameters.TryBoolean(text, out bool value) ? value : null;
}
