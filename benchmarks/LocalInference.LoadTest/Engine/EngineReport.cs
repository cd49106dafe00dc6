using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Report;

namespace LocalInference.LoadTest.Engine;

/// <summary>The file that a measurement of the engine leaves.</summary>
internal sealed record EngineReport
{
    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    public required MachineFacts Machine { get; init; }

    /// <summary>File name.</summary>
    public required string Model { get; init; }

    public required int Threads { get; init; }

    /// <summary>SHA-256 of the libraries that both sides loaded, by file name.</summary>
    public required SortedDictionary<string, string> Libraries { get; init; }

    /// <summary>Cores that others kept busy in the second before each round; null where the system does not say.</summary>
    public required IReadOnlyList<double?> BusyCores { get; init; }

    /// <summary>Whether the machine was idle before every round.</summary>
    public required bool Idle { get; init; }

    public required IReadOnlyList<DecodeResult> Decode { get; init; }

    public required IReadOnlyList<CancelResult> Cancel { get; init; }

    /// <summary>From a request for a model that was evicted to its first token, ms, each round.</summary>
    public required IReadOnlyList<double> FirstTokenAfterEvictionMs { get; init; }

    /// <summary>Managed bytes that the engine thread allocated per generated token, each round.</summary>
    public required IReadOnlyList<double> AllocatedPerToken { get; init; }

    /// <summary>CPU time per generated token outside the engine's thread and ggml's, µs, each round; <see langword="null"/>: the system does not say.</summary>
    public required IReadOnlyList<double?> ReaderMicrosecondsPerToken { get; init; }

    public required IReadOnlyList<Bar> Bars { get; init; }
}
