using LocalInference.Gguf;
using LocalInference.LoadTest.Peers;
using LocalInference.LoadTest.Scenarios;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.CommandLine;

/// <summary>How a model is loaded on either side, so that both have the same room and the same threads.</summary>
/// <param name="Path">The GGUF file.</param>
/// <param name="Threads">Threads that compute.</param>
/// <param name="AdaptThreads">Whether our side may use fewer while others need the cores.</param>
/// <param name="Settings">What is going to be asked of it.</param>
internal sealed record ModelSetup(string Path, int Threads, bool AdaptThreads, ScenarioSettings Settings)
{
    private const int Alignment = 256;

    // What the warm-up may leave in a cache.
    private const int Spare = 256;

    /// <summary>Whether our side uses flash attention; <see langword="null"/>: as the engine chooses.</summary>
    public bool? FlashAttention { get; init; }

    /// <summary>Whether our side's requests share one KV cache.</summary>
    public bool UnifiedCache { get; init; } = true;

    /// <summary>Whether our side computes prompts otherwise than llama.cpp.</summary>
    public bool FastPrompts { get; init; }

    /// <summary>Requests that are computed at a time.</summary>
    public int Slots => Math.Max(Settings.Users, Settings.SharedRequests);

    /// <summary>Tokens in the vocabulary, from the file.</summary>
    public int VocabularySize { get; } = ReadVocabularySize(Path);

    private int Longest => Align(Settings.LongestRequest + Spare);

    private int Cells => Align(Settings.MostTokens + Spare);

    public async Task<ILoadTarget> LoadAsync(CancellationToken cancellationToken) => await InProcessTarget.LoadAsync(
        Path,
        new LocalModelOptions
        {
            ContextLength = Longest,
            CacheLength = UnifiedCache ? Cells : null,
            Parallel = Slots,
            Threads = Threads,
            AdaptThreads = AdaptThreads,
            FlashAttention = FlashAttention,
            UnifiedCache = UnifiedCache,
            FastPrompts = FastPrompts,
        },
        cancellationToken);

    /// <summary>Starts our server in a process of its own, with as much room and as many threads.</summary>
    public async Task<ILoadTarget> ServeAsync(CancellationToken cancellationToken)
    {
        (string program, IReadOnlyList<string> arguments) = ServeCommand.Line(Path, Longest, UnifiedCache ? Cells : null, Slots, Threads, AdaptThreads, FlashAttention, FastPrompts);
        return await ServerTarget.StartAsync(program, arguments, VocabularySize, cancellationToken);
    }

    /// <summary>Starts llama-server with as large a context and as many threads.</summary>
    public async Task<ILoadTarget> StartAsync(string program, PeerVariant variant, CancellationToken cancellationToken)
    {
        int context = variant.StreamsOf > 0 ? variant.StreamsOf * Longest : Cells;
        return await ServerTarget.StartAsync(
            program,
            ["-m", Path, "-c", $"{context}", "-t", $"{Threads}", "-tb", $"{Threads}", .. variant.Arguments],
            VocabularySize,
            cancellationToken);
    }

    private static int Align(int tokens) => (tokens + Alignment - 1) / Alignment * Alignment;

    private static int ReadVocabularySize(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        return (int)(file.Describe().VocabularySize ?? throw new LoadTestException($"{path} has no vocabulary."));
    }
}
