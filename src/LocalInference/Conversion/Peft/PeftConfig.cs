using System.Text.Json;
using System.Text.RegularExpressions;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// What <c>adapter_config.json</c> of PEFT says of a LoRA adapter. Ranks and alphas may differ by module: the keys of
/// <c>rank_pattern</c> and <c>alpha_pattern</c> are regular expressions for the ends of modules' names (get_pattern_key in PEFT's
/// other.py).
/// </summary>
internal sealed class PeftConfig
{
    public const string FileName = "adapter_config.json";

    // LoraConfig's default in PEFT.
    private const float DefaultAlpha = 8;

    // A pattern of a file must not keep a core busy for ever.
    private static readonly TimeSpan s_patternLimit = TimeSpan.FromSeconds(1);

    private readonly float _alpha;
    private readonly bool _usesRsLora;
    private readonly List<(Regex Pattern, float Value)> _alphas;

    private PeftConfig(JsonElement root, string path)
    {
        _alpha = root.TryGetProperty("lora_alpha", out JsonElement alpha) ? Alpha(alpha, "lora_alpha", path) : DefaultAlpha;
        _usesRsLora = Flag(root, "use_rslora");
        _alphas = Patterns(root, "alpha_pattern", path);
    }

    /// <summary>Whether PEFT saved something in a folder.</summary>
    public static bool IsIn(SourceFolder folder) => folder.Find(FileName) is not null;

    /// <exception cref="ConversionException">It is none of a LoRA adapter that can be expressed in GGUF.</exception>
    public static PeftConfig Load(SourceFolder folder)
    {
        string path = folder.Get(FileName);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("peft_type", out JsonElement type) || type.ValueKind != JsonValueKind.String || type.GetString() != "LORA")
            {
                throw ExceptionFactory.ConversionInput(path, "its peft_type is not LORA", "Use a LoRA adapter.");
            }

            CheckFlag(root, path, "use_dora", "its DoRA magnitudes have no place in GGUF", "Merge it with PEFT first, then convert the merged model.");
            CheckFlag(root, path, "fan_in_fan_out", "its matrices are stored the other way round", "Use an adapter of linear layers, not of GPT-2's convolutions.");
            return new PeftConfig(root, path);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw ExceptionFactory.ConversionInput(path, e.Message.TrimEnd('.'), "Give the folder that PEFT's save_pretrained wrote.", inner: e);
        }
    }

    /// <summary>What the product of a module's matrices is multiplied with: alpha / rank, with rsLoRA alpha / √rank.</summary>
    public float ScaleOf(string module, int rank)
    {
        float alpha = _alphas.Where(pattern => pattern.Pattern.IsMatch(module)).Select(static pattern => (float?)pattern.Value).FirstOrDefault() ?? _alpha;
        return _usesRsLora ? alpha / MathF.Sqrt(rank) : alpha / rank;
    }

    /// <summary>Writes the file for an adapter whose modules all have the same alpha.</summary>
    /// <param name="path">Where.</param>
    /// <param name="model">Name of the model, if it has one.</param>
    /// <param name="alpha">The alpha.</param>
    /// <param name="ranks">The modules and their ranks.</param>
    public static void Write(string path, string? model, float alpha, IReadOnlyList<(string Module, int Rank)> ranks)
    {
        int rank = ranks.GroupBy(static module => module.Rank).MaxBy(static group => group.Count())!.Key;
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write);
        using Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("peft_type", "LORA");
        writer.WriteString("task_type", "CAUSAL_LM");
        writer.WriteString("base_model_name_or_path", model);
        writer.WriteNumber("r", rank);
        writer.WriteNumber("lora_alpha", alpha);
        writer.WriteNumber("lora_dropout", 0);
        writer.WriteString("bias", "none");
        writer.WriteBoolean("use_rslora", false);
        writer.WriteBoolean("use_dora", false);
        writer.WriteBoolean("fan_in_fan_out", false);
        writer.WriteBoolean("inference_mode", true);
        writer.WriteStartArray("target_modules");
        foreach (string name in ranks.Select(static module => module.Module[(module.Module.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("rank_pattern");
        foreach ((string module, int other) in ranks.Where(module => module.Rank != rank))
        {
            writer.WriteNumber(module, other);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void CheckFlag(JsonElement root, string path, string name, string reason, string nextStep)
    {
        if (Flag(root, name))
        {
            throw ExceptionFactory.ConversionInput(path, $"{name} is on: {reason}", nextStep, name);
        }
    }

    private static List<(Regex Pattern, float Value)> Patterns(JsonElement root, string name, string path) =>
        root.TryGetProperty(name, out JsonElement patterns) && patterns.ValueKind == JsonValueKind.Object
            ? [.. patterns.EnumerateObject().Select(pattern => (Compile(pattern.Name), Alpha(pattern.Value, pattern.Name, path)))]
            : [];

    private static Regex Compile(string key) => new($@"^(?:.*\.)?(?:{key})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, s_patternLimit);

    // None or less is no scale that GGUF has: an alpha of 0 means there that nothing is scaled.
    private static float Alpha(JsonElement value, string name, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out float alpha) && alpha > 0 && float.IsFinite(alpha)
            ? alpha
            : throw ExceptionFactory.ConversionInput(path, $"the alpha '{name}' is {value.GetRawText()}", "Use an adapter with alphas above 0.", value.GetRawText(), "above 0");

    private static bool Flag(JsonElement root, string name) => root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}
