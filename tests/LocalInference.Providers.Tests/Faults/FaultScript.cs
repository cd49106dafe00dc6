using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

/// <summary>A fault of a provider, and what becomes of a request that meets it.</summary>
internal sealed record FaultScript
{
    public required string Name { get; init; }

    /// <summary>What the server does, request by request; the last entry is for all further ones.</summary>
    public required Func<Protocol, Answer[]> Answers { get; init; }

    /// <summary>What the caller sees of the text.</summary>
    public string Text { get; init; } = "Hello world";

    /// <summary>The error behind that; <see langword="null"/>: none.</summary>
    public ProviderErrorKind? Error { get; init; }

    /// <summary>How many requests the server gets.</summary>
    public int Requests { get; init; } = 1;

    /// <summary>The provider's keys.</summary>
    public string[] Keys { get; init; } = [];

    /// <summary>For those whose point is a time that runs out: the shorter it is, the shorter the test.</summary>
    public Func<ResilienceOptions, ResilienceOptions> Resilience { get; init; } = static options => options;

    /// <summary>The protocols that it can happen in.</summary>
    public IReadOnlyList<Protocol> Protocols { get; init; } = Protocol.All;

    public override string ToString() => Name;
}
