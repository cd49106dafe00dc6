using Microsoft.Extensions.Logging;

namespace LocalInference.Providers;

/// <summary>How a ledger is kept. Immutable.</summary>
public sealed record UsageLedgerOptions
{
    /// <summary>The defaults.</summary>
    public static UsageLedgerOptions Default { get; } = new();

    /// <summary>How many entries may wait to be written; those that come while so many wait are lost, and counted. Default 10,000.</summary>
    public int QueueLength { get; init; } = 10_000;

    /// <summary>How long entries that wait are still tried to be written when the ledger is closed. Default 10 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where failures of the database are logged; <see langword="null"/>: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
