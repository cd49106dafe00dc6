namespace LocalInference;

/// <summary>
/// What an engine holds at one moment: every request that it has admitted is counted once. A copy; the parts belong to about the same
/// moment.
/// </summary>
internal readonly record struct EngineLoad
{
    /// <summary>Requests that are computed together.</summary>
    public required int Running { get; init; }

    /// <summary>Requests that gave up their cells to others and wait for room.</summary>
    public required int Preempted { get; init; }

    /// <summary>Requests whose readers are too far behind, whether they still have cells or not.</summary>
    public required int Parked { get; init; }

    /// <summary>Cells of the KV cache that hold a token, those kept for later prompts included.</summary>
    public required int UsedCells { get; init; }
}
