namespace LocalInference.LoadTest.Storm;

/// <summary>How hard and how long. Immutable.</summary>
internal sealed record StormSettings
{
    /// <summary>Clients at the same time, each with a connection of its own.</summary>
    public required int Connections { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>The model as the server names it.</summary>
    public required string Model { get; init; }

    /// <summary>The same seed asks the same of the server, in each connection in the same order.</summary>
    public required int Seed { get; init; }

    /// <summary>How many of a hundred requests are left before their end.</summary>
    public int CancelPercent { get; init; } = 30;
}
