namespace LocalInference.Cli.Bench;

/// <summary>What <c>bench --json</c> writes.</summary>
internal sealed record BenchReport
{
    public required BenchModel Model { get; init; }

    public required Machine Machine { get; init; }

    public required int Threads { get; init; }

    public required int PromptTokens { get; init; }

    public required int GeneratedTokens { get; init; }

    public required Rates PrefillTokensPerSecond { get; init; }

    public required Rates DecodeTokensPerSecond { get; init; }

    /// <summary>Bytes per second that as many threads read from memory; null where there was no room to measure it.</summary>
    public required double? MemoryBandwidth { get; init; }

    /// <summary>Tokens per second if decoding did nothing but read every weight once at that rate.</summary>
    public double? DecodeCeiling => MemoryBandwidth / Model.SizeInBytes;

    /// <summary>The median of decoding as a share of the ceiling. A model that fits the CPU's caches can be above 1.</summary>
    public double? DecodeShareOfCeiling => DecodeTokensPerSecond.Median / DecodeCeiling;
}
