using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>A model that a request can be sent to.</summary>
internal sealed record RouteTarget
{
    /// <summary>The name that a request for it alone uses.</summary>
    public required string FullName { get; init; }

    /// <summary>The provider as it is configured, or <c>localinference</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Its name there; <see langword="null"/>: the generator's default.</summary>
    public required string? Model { get; init; }

    public required ITextGenerator Generator { get; init; }

    /// <summary>Whether requests stay on this machine.</summary>
    public required bool IsOnThisMachine { get; init; }

    /// <summary>What is known of it.</summary>
    public RemoteModel? Known { get; init; }

    /// <summary>How soon its answers begin.</summary>
    public required ObservedLatency Latency { get; init; }
}
