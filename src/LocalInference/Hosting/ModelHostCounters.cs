namespace LocalInference;

/// <summary>What a <see cref="ModelHost"/> did since it was made. A copy; the numbers belong to one moment.</summary>
public readonly record struct ModelHostCounters
{
    /// <summary>Uses that began, those that waited for a load included.</summary>
    public long Uses { get; init; }

    /// <summary>Models loaded, each reload included.</summary>
    public long Loads { get; init; }

    /// <summary>Loads that failed; those that were given up are not among them.</summary>
    public long FailedLoads { get; init; }

    /// <summary>Loads that had to wait until others gave up their memory.</summary>
    public long Waits { get; init; }

    /// <summary>Models unloaded because nobody used them for their keep-alive.</summary>
    public long Expirations { get; init; }

    /// <summary>Models unloaded to make room for others.</summary>
    public long Evictions { get; init; }

    /// <summary>Models unloaded because their file, or how they are loaded, has changed.</summary>
    public long Replacements { get; init; }

    /// <summary>Models unloaded because somebody asked for it.</summary>
    public long Unloads { get; init; }
}
