using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// Files that Ollama publishes in a form of its own, which llama.cpp v0.5.0 does not read: Ollama translates them while it loads them
/// (llama/compat of Ollama 0.33). What is only metadata is mended (<see cref="PublisherMend"/>); tensors are not: llama.cpp can
/// only be told other names at the price of a worse model (Store/README.md). It would count tensors, or end the process; this says what
/// the matter is.
/// </summary>
internal static class PublisherCheck
{
    private const string Charsmap = "tokenizer.ggml.precompiled_charsmap";

    // Names of architectures that only Ollama's converter writes, and llama.cpp's for the same (llama-arch.cpp), where it has one.
    private static readonly Dictionary<string, string?> s_ownNames = new(StringComparer.Ordinal)
    {
        ["gptoss"] = "gpt-oss",
        ["qwen25vl"] = "qwen2vl",
        ["glm4moelite"] = "deepseek2",
        ["mllama"] = null,
        ["deepseekocr"] = null,
        ["glmocr"] = null,
        ["olmo3"] = "olmo2",
        ["nemotron_h_omni"] = "nemotron_h_moe",
    };

    // What the names of tensors of an architecture end in there, and in llama.cpp.
    private static readonly (string Architecture, string Theirs, string Ours)[] s_otherTensors =
    [
        ("gemma3", "dense.0.weight", "dense_2.weight"),
        ("lfm2", "output_norm.weight", "token_embd_norm.weight"),
        ("qwen3next", ".ssm_dt", ".ssm_dt.bias"),
        ("qwen35", ".ssm_dt", ".ssm_dt.bias"),
        ("qwen35moe", ".ssm_dt", ".ssm_dt.bias"),
        ("nemotron_h_moe", ".ffn_latent_in.weight", ".ffn_latent_down.weight"),
    ];

    // What the tensors of a picture encoder begin with, and those that connect it (clip.cpp's names, which Ollama keeps).
    private static readonly string[] s_encoderPrefixes = ["v.", "mm."];

    /// <exception cref="ModelUnsupportedException">It is one.</exception>
    public static void Run(CheckedModel model, string path)
    {
        if (s_ownNames.TryGetValue(model.Architecture, out string? name))
        {
            string known = name is null ? "which llama.cpp has no counterpart of" : $"where llama.cpp knows '{name}', with tensors of other names";
            throw ExceptionFactory.ModelOfOllama(path, $"it is in Ollama's own form of '{model.Architecture}', {known}", model.Architecture);
        }

        foreach ((_, string theirs, string ours) in s_otherTensors.Where(other => other.Architecture == model.Architecture))
        {
            if (model.Tensors.FirstOrDefault(tensor => tensor.Name.EndsWith(theirs, StringComparison.Ordinal)) is { } other && !model.Tensors.Any(tensor => tensor.Name.EndsWith(ours, StringComparison.Ordinal)))
            {
                throw ExceptionFactory.ModelOfOllama(path, $"it is in Ollama's own form of '{model.Architecture}', where {CheckedModel.Quote(other.Name)} is what llama.cpp calls '{ours.TrimStart('.')}'", other.Name);
            }
        }

        // llama.cpp reads the bytes themselves (llama-vocab.cpp).
        if (model.Metadata.TryGetArray(Charsmap, out GgufArray charsmap) && charsmap.ElementType == GgufValueType.String)
        {
            throw ExceptionFactory.ModelOfOllama(path, $"its {Charsmap} is a list of texts, as Ollama publishes '{model.Architecture}'", Charsmap);
        }

        if (model.Tensors.FirstOrDefault(static tensor => s_encoderPrefixes.Any(prefix => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))) is { } encoder)
        {
            throw ExceptionFactory.ModelOfOllama(path, $"it holds the picture encoder as well ({CheckedModel.Quote(encoder.Name)}), as Ollama publishes '{model.Architecture}', where llama.cpp takes that from a file of its own", encoder.Name);
        }
    }
}
