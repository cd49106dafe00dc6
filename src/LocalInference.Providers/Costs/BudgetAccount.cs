namespace LocalInference.Providers;

/// <summary>What was spent and promised of one budget, or of one caller's share of it, in its present period. Used under the book's lock.</summary>
internal sealed class BudgetAccount(Budget budget)
{
    public Budget Budget => budget;

    /// <summary>When its period began.</summary>
    public DateTimeOffset Since { get; private set; } = DateTimeOffset.MinValue;

    public decimal Spent { get; set; }

    public decimal Promised { get; set; }

    /// <summary>Begins anew if the period is over. Promises stay: what they stand for is spent in the new one.</summary>
    public void Renew(DateTimeOffset now)
    {
        DateTimeOffset since = Begin(budget.Period, now);
        if (since > Since)
        {
            Since = since;
            Spent = 0;
        }
    }

    public static DateTimeOffset Begin(BudgetPeriod period, DateTimeOffset now) => period switch
    {
        BudgetPeriod.Month => new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero),
        _ => new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero),
    };

    public DateTimeOffset End => budget.Period == BudgetPeriod.Month ? Since.AddMonths(1) : Since.AddDays(1);
}
