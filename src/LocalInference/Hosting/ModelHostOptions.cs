using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>How a <see cref="ModelHost"/> keeps its models. Immutable.</summary>
public sealed record ModelHostOptions
{
    /// <summary>
    /// How long a model stays loaded after its last use where neither the use nor its <see cref="ModelLocation"/> says;
    /// <see cref="TimeSpan.Zero"/>: no longer than it is used; <see cref="Timeout.InfiniteTimeSpan"/>, or any other negative time: until it
    /// is unloaded. Default: 5 minutes, as in Ollama.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Bytes that all models may take together, on whichever devices. <see langword="null"/>: what is free when none is loaded, less what
    /// the planner leaves alone.
    /// </summary>
    public long? MemoryBudgetBytes { get; init; }

    /// <summary>Models that may be loaded at the same time. <see langword="null"/>: as many as fit.</summary>
    public int? MaxLoadedModels { get; init; }

    /// <summary>
    /// How long a load waits for models in use to make room before it fails with a <see cref="ModelMemoryException"/>;
    /// <see cref="TimeSpan.MaxValue"/>: as long as it takes. Default: 2 minutes.
    /// </summary>
    public TimeSpan MemoryTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock of keep-alive. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives what is loaded and unloaded, and why. Default: nothing is logged.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
