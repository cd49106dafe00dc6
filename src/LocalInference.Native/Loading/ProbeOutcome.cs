namespace LocalInference.Native;

/// <summary>What came of a <see cref="ProbeStep"/>.</summary>
internal enum ProbeOutcome
{
    /// <summary>Used.</summary>
    Ok,

    /// <summary>Passed over, which is normal: not there, not the best, not asked for.</summary>
    Skipped,

    /// <summary>Should have worked and did not.</summary>
    Failed,
}
