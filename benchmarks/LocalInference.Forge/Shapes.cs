using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Forge;

/// <summary>The shapes that can be forged, by the name that the command line knows them by.</summary>
internal static class Shapes
{
    /// <summary>Llama-3.2-1B, from its published configuration: 1.24 billion parameters, 2.5 GB in F16.</summary>
    private static readonly TestModelSpec s_llama1B = new()
    {
        Name = "llama-3.2-1b-shape",
        EmbeddingLength = 2048,
        BlockCount = 16,
        HeadCount = 32,
        KeyValueHeadCount = 8,
        FeedForwardLength = 8192,
        ContextLength = 131072,
        Vocabulary = TestVocabularyKind.Bpe,
        PreTokenizer = "llama-bpe",
        VocabularySize = 128256,
        ChatTemplate = TestChatTemplate.ChatMl,
        WeightType = GgufTensorType.F16,
        TiedEmbeddings = true,
    };

    /// <summary>All shapes by name.</summary>
    public static IReadOnlyDictionary<string, TestModelSpec> All { get; } = new Dictionary<string, TestModelSpec>(StringComparer.Ordinal)
    {
        ["smollm2-135m"] = TestModelSpec.SmolLm2Shape,
        ["1b"] = s_llama1B,
    };
}
