using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>A model that an application offers by name. Immutable.</summary>
public sealed record RegisteredModel
{
    /// <summary>Path of the GGUF file; a relative one is taken from the current folder when the model is loaded.</summary>
    public required string Path { get; init; }

    /// <summary>How to load it. Its <see cref="LocalModelOptions.LoggerFactory"/> is the container's where none is set.</summary>
    public LocalModelOptions Options { get; init; } = new();

    /// <summary>What it changes of the sampling defaults; a request's own settings go before it.</summary>
    public SamplingOverrides Sampling { get; init; } = SamplingOverrides.None;

    /// <summary>
    /// How long it stays loaded without being used, where a request says nothing else. Default:
    /// <see cref="Timeout.InfiniteTimeSpan"/>, until the container is disposed.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = Timeout.InfiniteTimeSpan;
}
