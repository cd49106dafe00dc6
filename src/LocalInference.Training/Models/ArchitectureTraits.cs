using System.Collections.Frozen;

namespace LocalInference.Training;

/// <summary>
/// What each architecture does besides pre-norm attention and a SwiGLU network: which is all of llama. Biases, fused matrices and output
/// layers are not here, because the tensors of a file say them. Each is as llama.cpp v0.5.0 computes it (src/models/NAME.cpp).
/// </summary>
internal sealed record ArchitectureTraits
{
    private static readonly string[] s_windowKeys = ["attention.sliding_window", "attention.sliding_window_pattern", "rope.freq_base_swa"];
    private static readonly ArchitectureTraits s_gemma = new() { IsNeox = true, ScalesEmbedding = true, ScalesQueries = true, Activation = GatedActivation.Gelu };

    /// <summary>All that can be trained, by <c>general.architecture</c>.</summary>
    public static FrozenDictionary<string, ArchitectureTraits> All { get; } = new Dictionary<string, ArchitectureTraits>(StringComparer.Ordinal)
    {
        ["llama"] = new(),
        ["qwen2"] = new() { IsNeox = true },
        ["qwen3"] = new() { IsNeox = true, HasHeadNorms = true },

        // Files tell a window; llama.cpp has switched it off.
        ["phi3"] = new() { IsNeox = true, ScalesQueries = true, HasLongFactors = true, Keys = ["attention.sliding_window"] },
        ["gemma"] = s_gemma,
        ["gemma2"] = s_gemma with
        {
            HasPostNorms = true,
            ScoreCap = 50,
            LogitCap = 30,
            WindowLength = 4096,
            WindowGroup = 2,
            LargestLayers = 46,
            Keys = [.. s_windowKeys, "attn_logit_softcapping", "final_logit_softcapping"],
        },
        ["gemma3"] = s_gemma with
        {
            HasHeadNorms = true,
            HasPostNorms = true,
            WindowGroup = 6,
            WindowFrequencyBase = 10000,
            LargestLayers = 62,
            Keys = [.. s_windowKeys, "final_logit_softcapping"],
        },
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <inheritdoc cref="RopeSettings.IsNeox"/>
    /// <remarks>By llama_model_rope_type in llama-model.cpp.</remarks>
    public bool IsNeox { get; private init; }

    /// <summary>Embeddings are multiplied with the root of their width.</summary>
    public bool ScalesEmbedding { get; private init; }

    /// <inheritdoc cref="ScoreSettings.ScalesQueries"/>
    public bool ScalesQueries { get; private init; }

    /// <summary>Divisors of frequencies are those of a long context or of a short one; in others, where a file names its scaling <c>longrope</c>.</summary>
    public bool HasLongFactors { get; private init; }

    public GatedActivation Activation { get; private init; }

    /// <summary>Each head of queries and keys has a norm.</summary>
    public bool HasHeadNorms { get; private init; }

    /// <summary>What attention and the feed-forward network add has a norm.</summary>
    public bool HasPostNorms { get; private init; }

    /// <summary>As <see cref="ScoreSettings.Cap"/>, where a file does not say.</summary>
    public float ScoreCap { get; private init; }

    /// <summary>As <see cref="ModelShape.LogitCap"/>, where a file does not say.</summary>
    public float LogitCap { get; private init; }

    /// <summary>As <see cref="SlidingWindow.Length"/>, where a file does not say; 0: then there is none.</summary>
    public int WindowLength { get; private init; }

    /// <summary>As <see cref="SlidingWindow.Group"/>, where a file does not say; 0: no layer has a window.</summary>
    public int WindowGroup { get; private init; }

    /// <summary>The base under a window, where a file does not say; 0: that of the other layers, and their scale.</summary>
    public float WindowFrequencyBase { get; private init; }

    /// <summary>Layers of the largest of the family, whose scores are scaled by the width of all heads and not of one; 0: there is none.</summary>
    public int LargestLayers { get; private init; }

    /// <summary>Hyper-parameters that others do not have.</summary>
    public IReadOnlyList<string> Keys { get; private init; } = [];
}
