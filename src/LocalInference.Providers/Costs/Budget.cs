namespace LocalInference.Providers;

/// <summary>
/// How much may be spent. A request counts with what it may cost while it runs, its prompt estimated and its answer as long as it may
/// become (512 tokens where it does not say), and with what it cost afterwards. One that would lead beyond the limit is refused, or goes to a
/// cheaper model. What costs nothing is never refused; what has no known price counts nothing. Immutable.
/// </summary>
public sealed record Budget
{
    /// <summary>Names it in errors and metrics; each name once.</summary>
    public required string Name { get; init; }

    /// <summary>How much, in the currency of the prices.</summary>
    public required decimal Limit { get; init; }

    /// <summary>For how long. Default: a day.</summary>
    public BudgetPeriod Period { get; init; }

    /// <summary>Whose requests count: <c>GenerationRequest.Caller</c>, <c>*</c> for any characters. Default: everybody's.</summary>
    public string Callers { get; init; } = "*";

    /// <summary>Whether each caller has the limit alone; otherwise all of them have it together. Default: together.</summary>
    public bool IsPerCaller { get; init; }

    /// <summary>Which models count, by the name that a request uses or that of the model that answers, <c>*</c> for any characters. Default: all.</summary>
    public string Models { get; init; } = "*";

    /// <summary>The model, or route, that requests go to instead; its own budgets hold for it. <see langword="null"/>, the default: they are refused.</summary>
    public string? DowngradeTo { get; init; }
}
