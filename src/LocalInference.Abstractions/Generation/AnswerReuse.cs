namespace LocalInference.Abstractions;

/// <summary>Whether an answer was made for its request or for another one.</summary>
public enum AnswerReuse
{
    /// <summary>It was made for this request.</summary>
    None,

    /// <summary>It was kept from an earlier request that was the same.</summary>
    Exact,

    /// <summary>It was kept from an earlier request that asked about the same thing in other words.</summary>
    Similar,

    /// <summary>It was made for the same request of somebody else at the same time.</summary>
    Shared,
}
