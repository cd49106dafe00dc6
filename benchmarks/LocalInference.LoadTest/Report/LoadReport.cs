using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.Report;

/// <summary>The file that a run leaves.</summary>
internal sealed record LoadReport
{
    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    public required MachineFacts Machine { get; init; }

    /// <summary>File name or the server's name of it, not a path: results are committed.</summary>
    public required string Model { get; init; }

    /// <summary>Threads that computed on either side; <see langword="null"/>: as the server has it.</summary>
    public int? Threads { get; init; }

    /// <summary>SHA-256 of the libraries that both sides loaded, by file name.</summary>
    public SortedDictionary<string, string>? Libraries { get; init; }

    /// <summary>Cores that others kept busy in the second before each round; null where the system does not say.</summary>
    public required IReadOnlyList<double?> BusyCores { get; init; }

    /// <summary>Whether the machine was idle before every round. Figures of a busy one prove nothing.</summary>
    public required bool Idle { get; init; }

    public required ScenarioSettings Settings { get; init; }

    public required IReadOnlyList<ScenarioReport> Scenarios { get; init; }

    public required IReadOnlyList<Bar> Bars { get; init; }
}
