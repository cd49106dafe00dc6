using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Files that Ollama publishes in a form of its own, which llama.cpp v0.5.0 does not read: Ollama translates them while it loads them
/// (llama/compat of Ollama 0.33). llama.cpp would name a missing key or count tensors; this says what the matter is.
/// </summary>
internal static class PublisherCheck
{
    // Names of architectures that only Ollama's converter writes, and llama.cpp's for the same (llama-arch.cpp), where it has one.
    private static readonly Dictionary<string, string?> s_ownNames = new(StringComparer.Ordinal)
    {
        ["gptoss"] = "gpt-oss",
        ["qwen25vl"] = "qwen2vl",
        ["glm4moelite"] = "deepseek2",
        ["mllama"] = null,
        ["deepseekocr"] = null,
        ["glmocr"] = null,
        ["nemotron_h_omni"] = "nemotron_h_moe",
    };

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

        if (model.Tensors.FirstOrDefault(static tensor => s_encoderPrefixes.Any(prefix => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))) is { } encoder)
        {
            throw ExceptionFactory.ModelOfOllama(path, $"it holds the picture encoder as well ({CheckedModel.Quote(encoder.Name)}), as Ollama publishes '{model.Architecture}', where llama.cpp takes that from a file of its own", encoder.Name);
        }
    }
}
