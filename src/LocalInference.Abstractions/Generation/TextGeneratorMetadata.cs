namespace LocalInference.Abstractions;

/// <summary>Who generates. Immutable.</summary>
public sealed record TextGeneratorMetadata
{
    /// <summary>The provider as telemetry names it (<c>gen_ai.provider.name</c>): <c>localinference</c>, <c>openai</c>, …</summary>
    public required string ProviderName { get; init; }

    /// <summary>Where it is; <see langword="null"/>: in this process.</summary>
    public Uri? ProviderUri { get; init; }

    /// <summary>The model that answers a request which names none; <see langword="null"/>: a request has to name one.</summary>
    public string? DefaultModel { get; init; }
}
