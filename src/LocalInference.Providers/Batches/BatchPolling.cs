namespace LocalInference.Providers;

/// <summary>How a batch is waited for. Immutable.</summary>
public sealed record BatchPolling
{
    /// <summary>The defaults.</summary>
    public static BatchPolling Default { get; } = new();

    /// <summary>The time from the first question to the second; it doubles from one to the next. Default 5 s.</summary>
    public TimeSpan FirstInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest time between two questions. Default 1 minute.</summary>
    public TimeSpan LongestInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the provider may fail to answer, or limit the questions, before waiting is given up with its error. Default 1 hour.</summary>
    public TimeSpan MaxOutage { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Told of each status; <see langword="null"/>, the default: nobody is.</summary>
    public Action<BatchStatus>? OnStatus { get; init; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
