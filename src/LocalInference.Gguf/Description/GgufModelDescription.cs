using System.Collections.Immutable;

namespace LocalInference.Gguf;

/// <summary>
/// What a model's file says about it. Everything that a file may leave out is <see langword="null"/> where it does, or
/// where the value makes no sense. Immutable.
/// </summary>
public sealed partial record GgufModelDescription
{
    private GgufModelDescription()
    {
    }

    /// <summary><c>general.architecture</c>, such as <c>llama</c> or <c>qwen3</c>.</summary>
    public string? Architecture { get; private init; }

    /// <summary><c>general.name</c>.</summary>
    public string? Name { get; private init; }

    /// <summary><c>general.type</c>; <c>model</c> where absent, else for example <c>adapter</c>.</summary>
    public string Type { get; private init; } = "model";

    /// <summary><c>general.file_type</c>: the quantization it was made with (<c>enum llama_ftype</c> in llama.h).</summary>
    public uint? FileType { get; private init; }

    /// <summary>Elements of all tensors.</summary>
    public long ParameterCount { get; private init; }

    /// <summary>How many tensors there are.</summary>
    public int TensorCount { get; private init; }

    /// <summary>Bytes of tensor data, without padding.</summary>
    public long TensorBytes { get; private init; }

    /// <summary>The tensors by type, the type with the most bytes first.</summary>
    public ImmutableArray<GgufTensorTypeUsage> TensorTypes { get; private init; } = [];

    /// <summary>The longest context the model was made for, in tokens.</summary>
    public long? ContextLength { get; private init; }

    /// <summary>The width of the hidden state.</summary>
    public long? EmbeddingLength { get; private init; }

    /// <summary>How many transformer layers there are.</summary>
    public long? BlockCount { get; private init; }

    /// <summary>The width of the feed-forward network; the largest where layers differ.</summary>
    public long? FeedForwardLength { get; private init; }

    /// <summary>Attention heads; the most where layers differ.</summary>
    public long? HeadCount { get; private init; }

    /// <summary>Key and value heads; the most where layers differ. Fewer than <see cref="HeadCount"/> means grouped queries.</summary>
    public long? KeyValueHeadCount { get; private init; }

    /// <summary>Elements of one head's key.</summary>
    public long? KeyLength { get; private init; }

    /// <summary>Elements of one head's value.</summary>
    public long? ValueLength { get; private init; }

    /// <summary>
    /// Elements that a token adds to the key-value cache in all layers but the <see cref="RecurrentLayers"/>, if every one keeps
    /// every token; times the cache type's bytes per element and the context length it gives the cache's size.
    /// </summary>
    public long? KeyValueElementsPerToken { get; private init; }

    /// <summary>
    /// Which layers of a hybrid model, by their number, keep a state in place of keys and values; empty where all attend, and
    /// where the file says it by zeros in <c>attention.head_count_kv</c>.
    /// </summary>
    public ImmutableArray<bool> RecurrentLayers { get; private init; } = [];

    /// <summary>Experts of a mixture-of-experts model.</summary>
    public long? ExpertCount { get; private init; }

    /// <summary>Tokens in the vocabulary.</summary>
    public long? VocabularySize { get; private init; }

    /// <summary><c>tokenizer.ggml.model</c>: <c>llama</c> (SPM), <c>gpt2</c> (BPE), <c>bert</c> (WPM), <c>t5</c> (UGM), …</summary>
    public string? TokenizerModel { get; private init; }

    /// <summary><c>tokenizer.ggml.pre</c>: the rules that text is cut with before BPE.</summary>
    public string? PreTokenizer { get; private init; }

    /// <summary><c>tokenizer.chat_template</c>, a Jinja template.</summary>
    public string? ChatTemplate { get; private init; }
}
