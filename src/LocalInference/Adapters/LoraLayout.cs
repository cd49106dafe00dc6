using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// How a LoRA adapter lies in a GGUF file, as <c>llama_adapter_lora_init</c> of llama.cpp v0.5.0 reads it: for each matrix NAME a
/// <c>NAME.lora_a</c>, a row of inputs for each rank, and a <c>NAME.lora_b</c>, a row of ranks for each output. Of the embedding, rows
/// are looked up in A, so that there the two are stored the other way round.
/// </summary>
internal static class LoraLayout
{
    public const string ASuffix = ".lora_a";
    public const string BSuffix = ".lora_b";

    /// <summary>Changes are scaled by it and divided by the rank; where it is missing or 0 they are not scaled.</summary>
    public const string AlphaKey = "adapter.lora.alpha";

    public const string Embedding = "token_embd.weight";

    public static GgufMetadata Metadata(string architecture, float alpha) => new GgufMetadataBuilder()
        .Set("general.type", "adapter")
        .Set("general.architecture", architecture)
        .Set("adapter.type", "lora")
        .Set(AlphaKey, alpha)
        .Build();
}
