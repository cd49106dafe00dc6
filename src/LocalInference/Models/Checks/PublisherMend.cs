using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// What files that Ollama publishes lack of metadata, or call by other names than llama.cpp v0.5.0, and what it is: Ollama's loader adds it
/// as well (llama/compat of Ollama 0.33). llama.cpp takes it beside the file (llama_model_params.kv_overrides), so that the file stays what
/// its digest says. Tensors cannot be mended so: see <see cref="PublisherCheck"/>.
/// </summary>
internal static class PublisherMend
{
    // Llama 3's token that ends a turn, and the place that only its vocabulary has it at.
    private const string EndOfTurn = "<|eot_id|>";
    private const int EndOfTurnId = 128009;

    // What Gemma 3 was trained with (its config.json on Hugging Face): those made for 131,072 tokens were, with 16,384 that are stretched.
    private const uint StretchedContext = 131_072;
    private const float Stretch = 8;

    /// <summary>The pairs to read in place of the file's, or beside them; empty: none.</summary>
    public static GgufMetadata Find(CheckedModel model)
    {
        GgufMetadataBuilder mends = new();
        switch (model.Architecture)
        {
            case "gemma3" when model.Number("attention.layer_norm_rms_epsilon") is null:
                MendGemma(model, mends);
                break;
            case "llama" when model.Text("tokenizer.ggml.pre") is null or "" or "default" && IsOfLlama3(model.Metadata):
                mends.Set("tokenizer.ggml.pre", "llama-bpe");
                break;
        }

        return mends.Build();
    }

    private static void MendGemma(CheckedModel model, GgufMetadataBuilder mends)
    {
        mends.Set(model.Key("attention.layer_norm_rms_epsilon"), 1e-6f);
        Default("rope.freq_base", model.Number("rope.global.freq_base") ?? 1_000_000);
        Default("rope.freq_base_swa", model.Number("rope.local.freq_base") ?? 10_000);
        if (model.Count("context_length") >= StretchedContext && model.Text(model.Key("rope.scaling.type")) is null)
        {
            mends.Set(model.Key("rope.scaling.type"), "linear").Set(model.Key("rope.scaling.factor"), Stretch);
        }

        void Default(string name, float value)
        {
            if (model.Number(name) is null)
            {
                mends.Set(model.Key(name), value);
            }
        }
    }

    private static bool IsOfLlama3(GgufMetadata metadata) =>
        metadata.TryGetArray("tokenizer.ggml.tokens", out GgufArray tokens)
        && tokens.ElementType == GgufValueType.String
        && tokens.Count > EndOfTurnId
        && tokens.GetString(EndOfTurnId) == EndOfTurn;
}
