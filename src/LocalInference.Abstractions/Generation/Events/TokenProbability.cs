namespace LocalInference.Abstractions;

/// <summary>A token, and how probable the model held it. Immutable.</summary>
public sealed record TokenProbability
{
    /// <summary>The id; <see langword="null"/> where a provider does not tell it.</summary>
    public int? Id { get; init; }

    /// <summary>Its text; bytes that are no whole character become U+FFFD, a control token's is its name.</summary>
    public required string Text { get; init; }

    /// <summary>Its bytes; a token may hold a part of a character.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>ln p in the model's own distribution, before any sampler changed it; at most 0.</summary>
    public required float LogProbability { get; init; }
}
