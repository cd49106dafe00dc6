namespace LocalInference;

/// <summary>
/// What the graphs of llama.cpp's architectures take for granted (src/models/*.cpp). An architecture that is not listed has
/// no rules here.
/// </summary>
internal sealed record ArchitectureRules(bool HasAttention, bool SameLengths, bool WholeHeadRotates, bool HeadsFillWidth)
{
    // Every layer attends and rotates; keys and values are reshaped into heads of one length.
    private static readonly HashSet<string> s_attention = new(StringComparer.Ordinal)
    {
        "llama", "llama-embed", "arcee", "baichuan", "bert", "chatglm", "cohere2", "command-r", "deepseek", "dream", "eurobert", "exaone", "falcon", "gemma", "gemma2", "gemma3",
        "gemma-embedding", "glm4", "gptneox", "granite", "granitemoe", "internlm2", "llada", "minicpm", "mistral3", "modern-bert", "nemotron", "neo-bert", "nomic-bert", "olmo", "olmo2",
        "olmoe", "orion", "phi2", "phi3", "phimoe", "plamo", "qwen", "qwen2", "qwen2moe", "qwen2vl", "qwen3", "qwen3moe", "qwen3vl", "qwen3vlmoe", "seed_oss", "smollm3", "stablelm",
        "starcoder2", "xverse",
    };

    // GGML_ASSERT(n_embd_head == hparams.n_embd_head_k()) and the like; of the architectures without it those whose reshapes need it.
    private static readonly HashSet<string> s_sameLengths = new(StringComparer.Ordinal)
    {
        "afmoe", "apertus", "arcee", "arctic", "baichuan", "bailingmoe", "bailingmoe2", "bert", "bitnet", "bloom", "chameleon", "chatglm", "codeshell", "cogvlm", "cohere2", "cohere2moe",
        "command-r", "dbrx", "deci", "deepseek", "dots1", "dream", "ernie4_5", "ernie4_5-moe", "eurobert", "exaone", "exaone4", "exaone-moe", "falcon", "gemma", "gemma2", "gemma3",
        "gemma3n", "gemma4", "gemma-embedding", "glm4", "glm4moe", "gpt2", "gptneox", "granite", "granitehybrid", "granitemoe", "graniteswitch", "granite_swa", "grok", "grovemoe",
        "hunyuan-dense", "hunyuan-moe", "hunyuan_vl", "hy_v3", "internlm2", "jais", "jais2", "jina-bert-v2", "jina-bert-v3", "laguna", "llada", "llada-moe", "llama", "llama4",
        "llama-embed", "maincoder", "maple", "mellum", "minicpm", "minimax-01", "minimax-m2", "minimax-m3", "mistral3", "modern-bert", "mpt", "muse-glimmer", "nanbeige", "nemotron",
        "nemotron_h", "nemotron_h_moe", "neo-bert", "nomic-bert", "nomic-bert-moe", "olmo", "olmo2", "olmoe", "openelm", "orion", "paddleocr", "pangu-embedded", "phi2", "phi3", "phimoe",
        "plamo", "pockettts", "qwen", "qwen2", "qwen2moe", "qwen2vl", "qwen3", "qwen35", "qwen35moe", "qwen3moe", "qwen3next", "qwen3vl", "qwen3vlmoe", "refact", "rnd1", "seed_oss",
        "smallthinker", "smollm3", "spark2_5", "stablelm", "starcoder", "starcoder2", "t5", "xverse",
    };

    // GGML_ASSERT(n_embd_head == n_rot).
    private static readonly HashSet<string> s_wholeHeadRotates = new(StringComparer.Ordinal)
    {
        "apertus", "arcee", "arctic", "baichuan", "chameleon", "codeshell", "cogvlm", "cohere2moe", "dbrx", "deci", "deepseek", "dots1", "dream", "ernie4_5", "ernie4_5-moe", "exaone",
        "exaone4", "exaone-moe", "falcon", "granite", "granitemoe", "graniteswitch", "granite_swa", "grok", "grovemoe", "hunyuan-moe", "hunyuan_vl", "hy_v3", "internlm2", "jais2",
        "llada", "llada-moe", "llama", "llama4", "llama-embed", "maincoder", "mellum", "minicpm", "minimax-01", "minimax-m2", "minimax-m3", "mistral3", "nemotron", "olmo", "olmo2",
        "olmoe", "orion", "paddleocr", "pangu-embedded", "plamo", "pockettts", "qwen2", "qwen2moe", "qwen2vl", "qwen3", "qwen3moe", "qwen3vl", "qwen3vlmoe", "rnd1", "seed_oss",
        "smallthinker", "smollm3", "starcoder2", "talkie", "xverse",
    };

    // attn_q is created as embedding_length × embedding_length and then reshaped into heads.
    private static readonly HashSet<string> s_headsFillWidth = new(StringComparer.Ordinal)
    {
        "arctic", "baichuan", "bert", "bitnet", "chameleon", "codeshell", "cohere2", "command-r", "deepseek", "dream", "eurobert", "grok", "internlm2", "jina-bert-v2", "jina-bert-v3",
        "llada-moe", "nemotron", "nomic-bert", "nomic-bert-moe", "olmo", "olmo2", "olmoe", "orion", "phi2", "phi3", "phimoe", "plamo", "pockettts", "qwen2", "qwen2moe", "qwen2vl",
        "stablelm", "starcoder2", "xverse",
    };

    /// <summary>The rules of an architecture.</summary>
    public static ArchitectureRules For(string architecture) => new(
        s_attention.Contains(architecture),
        s_sameLengths.Contains(architecture),
        s_wholeHeadRotates.Contains(architecture),
        s_headsFillWidth.Contains(architecture));

    /// <summary>Checks the relations between the lengths of the heads.</summary>
    public void CheckLengths(CheckedModel model, uint heads, uint width, HeadLengths lengths)
    {
        if (SameLengths && lengths.Key != lengths.Value)
        {
            throw model.Refuse($"{model.Key("attention.value_length")} is {lengths.Value} where keys have {lengths.Key}", lengths.Value, lengths.Key);
        }

        if (SameLengths && lengths.WindowedKey != lengths.WindowedValue)
        {
            throw model.Refuse($"{model.Key("attention.value_length_swa")} is {lengths.WindowedValue} where keys have {lengths.WindowedKey}", lengths.WindowedValue, lengths.WindowedKey);
        }

        if (WholeHeadRotates && lengths.Rotary != lengths.Key)
        {
            throw model.Refuse($"{model.Key("rope.dimension_count")} is {lengths.Rotary} for heads of {lengths.Key}", lengths.Rotary, lengths.Key);
        }

        // A rotation over nothing never ends (ggml_rope_cache_init in ggml-cpu/ops.cpp).
        if (HasAttention && lengths.Rotary == 0)
        {
            throw model.Refuse($"{model.Key("rope.dimension_count")} is 0", 0, "at least 2");
        }

        if (HeadsFillWidth && (ulong)heads * lengths.Key != width)
        {
            throw model.Refuse($"{model.Key("attention.head_count")} of {heads} heads of {lengths.Key} do not make up {model.Key("embedding_length")}", (ulong)heads * lengths.Key, width);
        }
    }
}
