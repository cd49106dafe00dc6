namespace LocalInference.Providers;

/// <summary>How usage is counted and what it may cost. Immutable.</summary>
public sealed record UsageOptions
{
    /// <summary>Prices of models for which <see cref="RemoteModel.Price"/> says none. Default: those that come with this library.</summary>
    public PriceTable Prices { get; init; } = PriceTable.Shipped;

    /// <summary>How much may be spent; each name once. Default: as much as is asked for.</summary>
    public IReadOnlyList<Budget> Budgets { get; init; } = [];

    internal IEnumerable<string> Faults()
    {
        foreach (IGrouping<string, Budget> same in Budgets.GroupBy(static budget => budget.Name, StringComparer.Ordinal))
        {
            if (same.Count() > 1)
            {
                yield return $"there are several budgets named '{same.Key}'";
            }
        }

        foreach (Budget budget in Budgets)
        {
            if (budget.Limit < 0 || string.IsNullOrEmpty(budget.Name))
            {
                yield return $"the budget '{budget.Name}' needs a name and a limit that is not negative";
            }

            if (budget.DowngradeTo is { } model && budget.Models != "*" && string.Equals(model, budget.Models, StringComparison.OrdinalIgnoreCase))
            {
                yield return $"the budget '{budget.Name}' sends requests to the model that it is for";
            }
        }
    }
}
