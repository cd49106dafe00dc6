using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>A tensor of <c>adapter_model.safetensors</c>, by its name.</summary>
/// <param name="Module">The module of the model that it changes.</param>
/// <param name="IsA">Whether it is the first factor, with a row for each rank.</param>
/// <param name="IsEmbedding">Whether it is of an embedding, of which A has a column for each token.</param>
internal readonly record struct PeftTensorName(string Module, bool IsA, bool IsEmbedding)
{
    private const string Prefix = "base_model.model.";

    private static readonly (string Suffix, bool IsA, bool IsEmbedding)[] s_kinds =
        [(".lora_A.weight", true, false), (".lora_B.weight", false, false), (".lora_embedding_A", true, true), (".lora_embedding_B", false, true)];

    /// <summary>Names of PEFT for a pair.</summary>
    public static (string A, string B) Of(string module, bool isEmbedding) => isEmbedding
        ? ($"{Prefix}{module}.lora_embedding_A", $"{Prefix}{module}.lora_embedding_B")
        : ($"{Prefix}{module}.lora_A.weight", $"{Prefix}{module}.lora_B.weight");

    /// <returns>What it is; <see langword="null"/>: a copy of the model's own weights.</returns>
    /// <exception cref="ConversionException">It changes the model in a way that GGUF cannot express.</exception>
    public static PeftTensorName? Parse(string name, string path)
    {
        if (name.EndsWith(".base_layer.weight", StringComparison.Ordinal))
        {
            return null;
        }

        string rest = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        foreach ((string suffix, bool isA, bool isEmbedding) in s_kinds)
        {
            if (rest.EndsWith(suffix, StringComparison.Ordinal))
            {
                return new PeftTensorName(rest[..^suffix.Length], isA, isEmbedding);
            }
        }

        throw name.Contains("lora_magnitude_vector", StringComparison.Ordinal)
            ? ExceptionFactory.ConversionInput(path, $"'{name}' is a magnitude of DoRA, which has no place in GGUF", "Merge it with PEFT first, then convert the merged model.", name)
            : ExceptionFactory.ConversionInput(path, $"'{name}' is no part of a LoRA adapter: modules that were trained as a whole have no place in GGUF", "Merge it with PEFT first, then convert the merged model.", name);
    }
}
