namespace LocalInference.Providers;

/// <summary>When a budget begins anew, by the clock of UTC.</summary>
public enum BudgetPeriod
{
    /// <summary>Every day.</summary>
    Day,

    /// <summary>On the first day of every month.</summary>
    Month,
}
