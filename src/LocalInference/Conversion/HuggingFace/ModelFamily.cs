using System.Collections.Frozen;
using System.Text.Json;

namespace LocalInference;

/// <summary>What is peculiar to a class of models in transformers, as llama.cpp v0.5.0 has it (its conversion scripts and src/models).</summary>
/// <param name="Architecture">llama.cpp's name of the architecture.</param>
internal sealed record ModelFamily(string Architecture)
{
    private static readonly FrozenDictionary<string, ModelFamily> s_families = new Dictionary<string, ModelFamily>(StringComparer.Ordinal)
    {
        ["LlamaForCausalLM"] = new("llama"),
        ["MistralForCausalLM"] = new("llama"),
        ["Qwen2ForCausalLM"] = new("qwen2"),
        ["Qwen3ForCausalLM"] = new("qwen3"),
        ["Phi3ForCausalLM"] = new("phi3"),
        ["GemmaForCausalLM"] = Gemma("gemma"),
        ["Gemma2ForCausalLM"] = Gemma("gemma2") with { WindowPeriod = 2, LargestLayers = 46 },
        ["Gemma3ForCausalLM"] = Gemma("gemma3") with { WindowPeriod = 6, LargestLayers = 62 },
        ["BertModel"] = Bert,
        ["BertForMaskedLM"] = Bert,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What the names of its activation functions begin with.</summary>
    public string Activation { get; private init; } = "silu";

    /// <summary>Whether texts become vectors, and not further texts.</summary>
    public bool IsEncoder { get; private init; }

    /// <summary>Whether the output is the embedding unless the config denies it.</summary>
    public bool TiesEmbeddings { get; private init; }

    /// <summary>Whether norms are stored as what they differ from 1 by: llama.cpp multiplies with what is stored.</summary>
    public bool StoresNormsLessOne { get; private init; }

    /// <summary>Of how many layers the last one attends to all and the others to a window; 0: all layers attend to all.</summary>
    public int WindowPeriod { get; private init; }

    /// <summary>The layers of its largest model, whose attention is scaled by other than the length of a head.</summary>
    public uint LargestLayers { get; private init; }

    /// <summary>Whether its rotary positions can have a long and a short list of factors.</summary>
    public bool HasLongFactors => Architecture == "phi3";

    private static ModelFamily Bert => new("bert") { IsEncoder = true, Activation = "gelu" };

    /// <summary>The family of a model.</summary>
    /// <exception cref="Abstractions.ConversionException">It is not known.</exception>
    public static ModelFamily Of(JsonFile config)
    {
        string name = config.Find("architectures", JsonValueKind.Array) is { } names && names.GetArrayLength() > 0 ? names[0].ToString() : "";
        return s_families.GetValueOrDefault(name)
            ?? throw config.Refuse($"its architecture is '{name}'", HyperParameters.UseAnother, name, string.Join(", ", s_families.Keys.Order(StringComparer.Ordinal)));
    }

    /// <summary>What a tensor is called in the family's modules; <see langword="null"/>: llama.cpp has no use for it.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="tiesEmbeddings">Whether the output is the embedding.</param>
    public string? NameOf(string name, bool tiesEmbeddings)
    {
        // Computed from the config; and a copy of the embedding.
        if (name.EndsWith(".inv_freq", StringComparison.Ordinal) || (tiesEmbeddings && name == "lm_head.weight"))
        {
            return null;
        }

        if (!IsEncoder)
        {
            return name;
        }

        // With a head for pretraining the encoder lies one level deeper; the first checkpoints have TensorFlow's names of norms.
        string module = name.StartsWith("bert.", StringComparison.Ordinal) ? name["bert.".Length..] : name;
        bool isHead = module.StartsWith("pooler.", StringComparison.Ordinal) || module.StartsWith("cls.", StringComparison.Ordinal) || module == "embeddings.position_ids";
        return isHead ? null
            : module.EndsWith(".gamma", StringComparison.Ordinal) ? $"{module[..^".gamma".Length]}.weight"
            : module.EndsWith(".beta", StringComparison.Ordinal) ? $"{module[..^".beta".Length]}.bias"
            : module;
    }

    private static ModelFamily Gemma(string architecture) => new(architecture) { Activation = "gelu", TiesEmbeddings = true, StoresNormsLessOne = true };
}
