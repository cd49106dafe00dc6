namespace LocalInference.Compare;

/// <summary>The file that a comparison leaves.</summary>
internal sealed record Report
{
    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    public required MachineDescription Machine { get; init; }

    /// <summary>File name, not path: results are committed.</summary>
    public required string Model { get; init; }

    public required long ModelBytes { get; init; }

    public required int PromptTokens { get; init; }

    public required int GeneratedTokens { get; init; }

    public required int Repeats { get; init; }

    public required int Threads { get; init; }

    /// <summary>SHA-256 of the libraries that both sides loaded, by file name.</summary>
    public required SortedDictionary<string, string> Libraries { get; init; }

    /// <summary>What else kept cores busy in the second before each pair; null where the system does not say.</summary>
    public required IReadOnlyList<double?> BusyCores { get; init; }

    /// <summary>Whether the machine was idle before every pair. Figures of a busy one prove nothing.</summary>
    public required bool Idle { get; init; }

    /// <summary>Bytes per second of a streaming read of 1 GiB with the same threads, as our side measured it.</summary>
    public required double? MemoryBandwidth { get; init; }

    public required Contest Prefill { get; init; }

    public required Contest Decode { get; init; }
}
