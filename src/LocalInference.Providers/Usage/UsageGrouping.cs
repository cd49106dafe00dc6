namespace LocalInference.Providers;

/// <summary>What sums of usage are told apart by.</summary>
[Flags]
public enum UsageGrouping
{
    /// <summary>Nothing: one sum.</summary>
    None = 0,

    /// <summary>The day, in UTC.</summary>
    Day = 1,

    /// <summary>On whose behalf.</summary>
    Caller = 2,

    /// <summary>The model that answered.</summary>
    Model = 4,

    /// <summary>The model or route that was named.</summary>
    Requested = 8,
}
