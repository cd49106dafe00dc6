namespace LocalInference.Abstractions;

/// <summary>
/// A budget is used up (<c>budget_exhausted</c>), or what was spent of it cannot be told (<c>budget_unknown</c>). Nothing was sent.
/// </summary>
public sealed class BudgetException : LocalInferenceException
{
    internal BudgetException(ErrorDetails details, TimeSpan retryAfter, Exception? innerException = null)
        : base(details, innerException) => RetryAfter = retryAfter;

    /// <summary>After which time the budget begins anew, or it may be told again.</summary>
    public TimeSpan RetryAfter { get; }
}
