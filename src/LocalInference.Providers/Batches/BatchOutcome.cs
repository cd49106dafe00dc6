namespace LocalInference.Providers;

/// <summary>What became of one request of a batch.</summary>
public enum BatchOutcome
{
    /// <summary>It was answered.</summary>
    Succeeded,

    /// <summary>It ended in an error.</summary>
    Failed,

    /// <summary>The batch was stopped before it was run.</summary>
    Cancelled,

    /// <summary>The batch's time was over before it was run.</summary>
    Expired,
}
