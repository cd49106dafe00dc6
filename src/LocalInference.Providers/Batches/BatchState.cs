namespace LocalInference.Providers;

/// <summary>How far a batch is.</summary>
public enum BatchState
{
    /// <summary>The provider checks it.</summary>
    Validating,

    /// <summary>Its requests are answered.</summary>
    InProgress,

    /// <summary>It is being stopped.</summary>
    Cancelling,

    /// <summary>All of its requests were run, whatever came of each.</summary>
    Completed,

    /// <summary>It was stopped before all of its requests were run.</summary>
    Cancelled,

    /// <summary>Its time was over before all of its requests were run.</summary>
    Expired,

    /// <summary>The provider found something wrong and ran none of it; see <see cref="BatchStatus.Faults"/>.</summary>
    Failed,
}
