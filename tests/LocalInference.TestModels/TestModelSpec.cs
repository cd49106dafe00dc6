using LocalInference.Gguf;

namespace LocalInference.TestModels;

/// <summary>What a test model is to be. The same spec always gives the same file, byte for byte, on every machine.</summary>
public sealed record TestModelSpec
{
    /// <summary>The network.</summary>
    public TestArchitecture Architecture { get; init; } = TestArchitecture.Llama;

    /// <summary><c>general.name</c>.</summary>
    public string Name { get; init; } = "test";

    /// <summary>The width of the hidden state.</summary>
    public int EmbeddingLength { get; init; } = 64;

    /// <summary>Transformer layers.</summary>
    public int BlockCount { get; init; } = 2;

    /// <summary>Attention heads.</summary>
    public int HeadCount { get; init; } = 4;

    /// <summary>Key and value heads; fewer than <see cref="HeadCount"/> means grouped queries.</summary>
    public int KeyValueHeadCount { get; init; } = 4;

    /// <summary>Elements of one head; <see langword="null"/> for the hidden width divided by the heads.</summary>
    public int? HeadLength { get; init; }

    /// <summary>The width of the feed-forward network.</summary>
    public int FeedForwardLength { get; init; } = 128;

    /// <summary>The longest context, in tokens.</summary>
    public int ContextLength { get; init; } = 256;

    /// <summary>The sliding window in tokens, for the architectures that have one.</summary>
    public int SlidingWindow { get; init; } = 64;

    /// <summary>The base of the wavelengths of rotary positions, in layers without a window of their own base.</summary>
    public float FrequencyBase { get; init; } = 10000;

    /// <summary>The tokenizer.</summary>
    public TestVocabularyKind Vocabulary { get; init; } = TestVocabularyKind.Spm;

    /// <summary>Tokens in the vocabulary; at least what the tokenizer's single characters and control tokens need (about 400).</summary>
    public int VocabularySize { get; init; } = 512;

    /// <summary><c>tokenizer.ggml.pre</c>, for <see cref="TestVocabularyKind.Bpe"/> only.</summary>
    public string PreTokenizer { get; init; } = "qwen2";

    /// <summary>The chat template.</summary>
    public TestChatTemplate ChatTemplate { get; init; } = TestChatTemplate.None;

    /// <summary>How matrices are stored: F32 or F16. Vectors are always F32, as llama.cpp wants them.</summary>
    public GgufTensorType WeightType { get; init; } = GgufTensorType.F32;

    /// <summary>Whether the output layer is the token embedding; always so for Gemma.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Decides every weight.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Dense attention, SPM.</summary>
    public static TestModelSpec Llama { get; } = new() { Name = "tiny-llama" };

    /// <summary>Grouped queries, SPM, ChatML.</summary>
    public static TestModelSpec LlamaChat { get; } = Llama with { Name = "tiny-llama-chat", KeyValueHeadCount = 2, ChatTemplate = TestChatTemplate.ChatMl };

    /// <summary>Grouped queries, BPE with Llama 3's pre-tokenizer.</summary>
    public static TestModelSpec Llama3 { get; } = Llama with { Name = "tiny-llama3", KeyValueHeadCount = 2, Vocabulary = TestVocabularyKind.Bpe, PreTokenizer = "llama-bpe", TiedEmbeddings = true };

    /// <summary>Grouped queries, BPE, ChatML.</summary>
    public static TestModelSpec Qwen2 { get; } = new()
    {
        Architecture = TestArchitecture.Qwen2,
        Name = "tiny-qwen2",
        KeyValueHeadCount = 2,
        Vocabulary = TestVocabularyKind.Bpe,
        ChatTemplate = TestChatTemplate.ChatMl,
    };

    /// <summary>Grouped queries, heads wider than the hidden width divided by the heads, BPE, ChatML, tied embeddings.</summary>
    public static TestModelSpec Qwen3 { get; } = Qwen2 with { Architecture = TestArchitecture.Qwen3, Name = "tiny-qwen3", HeadLength = 32, TiedEmbeddings = true };

    /// <summary>One key-value head, SPM, Gemma's turns.</summary>
    public static TestModelSpec Gemma { get; } = new()
    {
        Architecture = TestArchitecture.Gemma,
        Name = "tiny-gemma",
        KeyValueHeadCount = 1,
        HeadLength = 32,
        ChatTemplate = TestChatTemplate.Gemma,
        TiedEmbeddings = true,
    };

    /// <summary>As <see cref="Gemma"/>, with sliding windows and soft caps.</summary>
    public static TestModelSpec Gemma2 { get; } = Gemma with { Architecture = TestArchitecture.Gemma2, Name = "tiny-gemma2", KeyValueHeadCount = 2 };

    /// <summary>As <see cref="Gemma"/>, with sliding windows and norms on queries and keys.</summary>
    public static TestModelSpec Gemma3 { get; } = Gemma with { Architecture = TestArchitecture.Gemma3, Name = "tiny-gemma3" };

    /// <summary>Dense attention, fused projections, SPM, Phi-3's turns.</summary>
    public static TestModelSpec Phi3 { get; } = new() { Architecture = TestArchitecture.Phi3, Name = "tiny-phi3", ChatTemplate = TestChatTemplate.Phi3 };

    /// <summary>A recurrent model, SPM.</summary>
    public static TestModelSpec Mamba { get; } = new() { Architecture = TestArchitecture.Mamba, Name = "tiny-mamba" };

    /// <summary>An embedding model with mean pooling, WPM.</summary>
    public static TestModelSpec Bert { get; } = new()
    {
        Architecture = TestArchitecture.Bert,
        Name = "tiny-bert",
        Vocabulary = TestVocabularyKind.Wpm,
        VocabularySize = 400,
    };

    /// <summary>The shape of SmolLM2-135M in F16 (271 MB): what benchmarks quantize and measure.</summary>
    public static TestModelSpec SmolLm2Shape { get; } = new()
    {
        Name = "smollm2-135m-shape",
        EmbeddingLength = 576,
        BlockCount = 30,
        HeadCount = 9,
        KeyValueHeadCount = 3,
        FeedForwardLength = 1536,
        ContextLength = 8192,
        Vocabulary = TestVocabularyKind.Bpe,
        PreTokenizer = "smollm",
        VocabularySize = 49152,
        ChatTemplate = TestChatTemplate.ChatMl,
        WeightType = GgufTensorType.F16,
        TiedEmbeddings = true,
    };

    /// <summary>Every tiny preset: one per architecture, and the variants of Llama.</summary>
    public static IReadOnlyList<TestModelSpec> AllTiny { get; } = [Llama, LlamaChat, Llama3, Qwen2, Qwen3, Gemma, Gemma2, Gemma3, Phi3, Mamba, Bert];

    internal int EffectiveHeadLength => HeadLength ?? EmbeddingLength / HeadCount;

    internal string ArchitectureName => Architecture.ToString().ToLowerInvariant();
}
