using LocalInference.Gguf;

namespace LocalInference;

/// <summary>Which layers see a window only: create_memory in llama-model.cpp asserts that a model with a window has such layers.</summary>
internal static class SlidingWindowCheck
{
    private const string Pattern = "attention.sliding_window_pattern";

    // Those that call load_swa_pattern (src/models/*.cpp) wherever a window is given.
    private static readonly HashSet<string> s_patterned = new(StringComparer.Ordinal)
    {
        "afmoe", "cohere2", "cohere2moe", "exaone-moe", "gemma-embedding", "gemma2", "gemma3", "gemma3n", "gpt-oss", "laguna", "llama4", "mellum", "modern-bert", "muse-glimmer", "olmo2",
        "plamo3", "smallthinker",
    };

    public static void Run(CheckedModel model)
    {
        // Gemma 2 has a window also when the file does not say so.
        bool windowed = model.Count("attention.sliding_window") is { } window ? window > 0 : model.Architecture is "gemma2";
        if (!windowed || !s_patterned.Contains(model.Architecture))
        {
            return;
        }

        // One layer of each group is without a window, so groups of one leave none with it.
        bool none = model.Count(Pattern) == 1
            || (model.Metadata.TryGetArray(model.Key(Pattern), out GgufArray layers)
                && layers.ElementType is GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Boolean
                && layers.Encoded.Span.IndexOfAnyExcept((byte)0) < 0);
        if (none)
        {
            throw model.Refuse($"{model.Key(Pattern)} leaves no layer for {model.Key("attention.sliding_window")}", 1, "a pattern with at least one windowed layer");
        }
    }
}
