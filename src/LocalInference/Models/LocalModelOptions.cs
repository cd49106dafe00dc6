using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>How to load a model. Everything left out is chosen for the machine.</summary>
public sealed record LocalModelOptions
{
    /// <summary>
    /// Tokens that prompt and answer may have together; <see langword="null"/>: the model's own context, at most 32,768 and no
    /// more than fits; <see cref="MemoryPlan"/> says what gives way first.
    /// </summary>
    public int? ContextLength { get; init; }

    /// <summary>
    /// Requests computed at the same time; further ones wait. <see langword="null"/>: 8, or 4 for recurrent models, which keep a
    /// state for each. At most 64.
    /// </summary>
    public int? Parallel { get; init; }

    /// <summary>
    /// Tokens that the KV cache holds for all requests together; what requests have in common is held once. At least
    /// <see cref="ContextLength"/>. <see langword="null"/>: that times <see cref="Parallel"/>, as far as it fits; on the host no more
    /// than 512 MiB and an eighth of the free memory, on GPUs as long as a quarter of their room stays free.
    /// </summary>
    public int? CacheLength { get; init; }

    /// <summary>
    /// Default: all requests share the cells of one KV cache, and what they have in common. <see langword="false"/>: each of the
    /// <see cref="Parallel"/> requests has <see cref="ContextLength"/> cells of its own; a start in common is copied. A GPU then
    /// computes attention for each request over its own cells only, at the price of memory; <see cref="CacheLength"/> must be
    /// left out.
    /// </summary>
    public bool UnifiedCache { get; init; } = true;

    /// <summary>How keys are stored. Default <see cref="KvCacheType.F16"/>.</summary>
    public KvCacheType KeyType { get; init; } = KvCacheType.F16;

    /// <summary>How values are stored; a quantised type needs flash attention. Default <see cref="KvCacheType.F16"/>.</summary>
    public KvCacheType ValueType { get; init; } = KvCacheType.F16;

    /// <summary>
    /// Whether attention is computed in one operation without its matrix of scores. <see langword="null"/>: where the backend can. On
    /// CPUs it pays where many requests share a cache, and costs a single long conversation speed: SmolLM2-135M in Q4_K_M on two cores
    /// decodes 22 tokens/s with it and 31 without behind 3,800 tokens, and for 8 requests of 500 tokens 89 and 49 (llama-batched-bench of
    /// llama.cpp v0.5.0).
    /// </summary>
    public bool? FlashAttention { get; init; }

    /// <summary>
    /// Computes prompts with products of matrices in managed code, in F32, where the model runs on a CPU with AVX2 (and neither AVX-512 nor
    /// VNNI, with which llama.cpp is faster) and its matrices are of a type that llama.cpp does not pack anew for it: steps of 48 rows and
    /// more. Results round otherwise than llama.cpp's, and otherwise for long parts of a prompt than for short ones. Texts are always
    /// embedded so. Default: no, the same as llama.cpp.
    /// </summary>
    public bool FastPrompts { get; init; }

    /// <summary>Whether tokens are guessed and checked several at a time. Default: <see cref="SpeculationMode.Off"/>.</summary>
    public SpeculationMode Speculation { get; init; }

    /// <summary>
    /// Path of the GGUF file of a smaller model with the same vocabulary, for <see cref="SpeculationMode.DraftModel"/>, and only for that.
    /// It gets a context as long and as many requests.
    /// </summary>
    public string? DraftModelPath { get; init; }

    /// <summary>
    /// Bytes of host memory for the state of prompts and answers that nobody computes at present, so that a conversation that
    /// goes on is not computed again. 0: they stay in the KV cache, until others need its cells. <see langword="null"/>: an
    /// eighth of the free memory, at most 2 GiB. An answer whose reader is far behind lies there as well when others need its cells;
    /// where it finds no room, it is computed again when it is read on. What was chosen stays chosen, but as other batches round
    /// otherwise, of two tokens that are nearly equal the other one may come behind it.
    /// </summary>
    public long? PrefixCacheBytes { get; init; }

    /// <summary>Bytes of files for what no longer fits <see cref="PrefixCacheBytes"/>. Default 0: none.</summary>
    public long PrefixCacheDiskBytes { get; init; }

    /// <summary>
    /// An existing folder for those files, which nobody else can read and which are gone with the model. <see langword="null"/>:
    /// the user's temporary folder.
    /// </summary>
    public string? PrefixCacheDirectory { get; init; }

    /// <summary>Requests that may wait; one more gets a <see cref="Abstractions.BusyException"/>. Default 512; at least 1.</summary>
    public int QueueLimit { get; init; } = 512;

    /// <summary>
    /// Most tokens computed in one step. It sets the size of the compute buffers; between two steps the engine looks at new and
    /// cancelled requests and at the load of the machine. Default 512; at least 1.
    /// </summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>
    /// Layers to place on GPUs, counted from the last; the output layer is one. <see langword="null"/>: as many as fit, see
    /// <see cref="MemoryPlan"/>; 0: none. More than there are: all.
    /// </summary>
    public int? GpuLayers { get; init; }

    /// <summary>
    /// The only GPU to use, counted from 0 in the order of <c>doctor</c>'s list; no matter on a machine without GPUs.
    /// <see langword="null"/>: any.
    /// </summary>
    public int? MainGpu { get; init; }

    /// <summary>
    /// What share of the layers each GPU gets, in the order of <c>doctor</c>'s list and on any scale; 0, or left out at the end: none.
    /// <see langword="null"/> or empty: one GPU if it holds all, else by free memory. Not used with <see cref="MainGpu"/>.
    /// </summary>
    public IReadOnlyList<float>? TensorSplit { get; init; }

    /// <summary>
    /// Bytes to leave free on each GPU. <see langword="null"/>: 512 MiB, or a twentieth of its memory if that is more.
    /// </summary>
    public long? GpuReserveBytes { get; init; }

    /// <summary>
    /// Most threads that compute; <see langword="null"/>: the physical cores. The engine lowers and raises the number actually used
    /// with the load of the machine, see <see cref="AdaptThreads"/>.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Lets the engine use fewer threads while other programs need the cores. Default: yes.
    /// </summary>
    public bool AdaptThreads { get; init; } = true;

    /// <summary>Maps the file instead of reading it. Default: yes.</summary>
    public bool UseMemoryMapping { get; init; } = true;

    /// <summary>LoRA adapters and control vectors to load with it, which requests use unless they choose others. Default: none.</summary>
    public IReadOnlyList<AdapterFile> Adapters { get; init; } = [];

    /// <summary>Receives what the engine and llama.cpp log; never prompts or completions. Default: nothing is logged.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
