using System.Globalization;

namespace LocalInference.Abstractions;

internal static partial class ExceptionFactory
{
    public static BudgetException Budget(string name, decimal spent, decimal limit, DateTimeOffset renewed, DateTimeOffset now) => new(
        new(
            "budget_exhausted",
            string.Create(CultureInfo.InvariantCulture, $"The budget '{name}' has {limit:0.######}, of which {spent:0.######} is spent or promised"),
            string.Create(CultureInfo.InvariantCulture, $"Wait until {renewed:u}, name a cheaper or a local model, or raise the budget."))
        {
            Value = spent.ToString(CultureInfo.InvariantCulture),
            Limit = limit.ToString(CultureInfo.InvariantCulture),
        },
        renewed - now);

    public static BudgetException BudgetUnknown(Exception inner) => new(
        new("budget_unknown", "What was spent before cannot be read from the usage ledger, and budgets depend on it", "See that its database can be reached, then send the request again."),
        TimeSpan.FromSeconds(5),
        inner);
}
