using System.Diagnostics.Metrics;
using System.IO.Enumeration;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Keeps all budgets. Safe for concurrent use.</summary>
internal sealed class BudgetBook(IReadOnlyList<Budget> budgets, TimeProvider time)
{
    private static readonly Counter<long> s_reached = ProvidersTelemetry.Meter.CreateCounter<long>("localinference.budget.reached", "{request}", "Requests that a budget refused or sent to another model.");

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Budget, string? Caller), BudgetAccount> _accounts = [];

    public bool IsEmpty => budgets.Count == 0;

    /// <summary>The time from which on it has to know what was spent.</summary>
    public DateTimeOffset Since => budgets.Min(budget => BudgetAccount.Begin(budget.Period, time.GetUtcNow()));

    /// <summary>Promises what a request may cost, or finds the budget that does not allow it.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="names">The name that the request has, and those of the models that it stands for: any of them may answer.</param>
    /// <param name="cost">What it may cost.</param>
    /// <param name="reached">The budget that does not allow it.</param>
    /// <returns>The accounts that it was promised from; <see langword="null"/>: <paramref name="reached"/> does not allow it.</returns>
    public List<BudgetAccount>? Promise(string? caller, ReadOnlySpan<string?> names, decimal cost, out BudgetAccount? reached)
    {
        lock (_lock)
        {
            reached = null;
            List<BudgetAccount> accounts = Accounts(caller, names);
            foreach (BudgetAccount account in accounts)
            {
                if (cost > 0 && account.Spent + account.Promised + cost > account.Budget.Limit)
                {
                    reached = account;
                    s_reached.Add(1, new("localinference.budget", account.Budget.Name), new("outcome", account.Budget.DowngradeTo is null ? "refused" : "downgraded"));
                    return null;
                }
            }

            foreach (BudgetAccount account in accounts)
            {
                account.Promised += cost;
            }

            return accounts;
        }
    }

    /// <summary>The error for a budget that does not allow a request.</summary>
    public BudgetException Refusal(BudgetAccount account)
    {
        lock (_lock)
        {
            return ExceptionFactory.Budget(account.Budget.Name, account.Spent + account.Promised, account.Budget.Limit, account.End, time.GetUtcNow());
        }
    }

    /// <summary>Takes back a promise, and counts what was spent.</summary>
    public void Settle(List<BudgetAccount> promised, decimal promise, string? caller, string? requested, string? model, decimal cost)
    {
        lock (_lock)
        {
            foreach (BudgetAccount account in promised)
            {
                account.Promised -= promise;
            }

            foreach (BudgetAccount account in Accounts(caller, [requested, model]))
            {
                account.Spent += cost;
            }
        }
    }

    /// <summary>Counts what was spent before this process began.</summary>
    public void Load(IEnumerable<UsageSum> days)
    {
        lock (_lock)
        {
            foreach (UsageSum sum in days)
            {
                foreach (BudgetAccount account in Accounts(sum.Caller, [sum.Requested, sum.Model]))
                {
                    account.Spent += sum.Day is { } day && new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) >= account.Since ? sum.Cost : 0;
                }
            }
        }
    }

    private List<BudgetAccount> Accounts(string? caller, ReadOnlySpan<string?> names)
    {
        DateTimeOffset now = time.GetUtcNow();
        List<BudgetAccount> accounts = [];
        foreach (Budget budget in budgets)
        {
            if (!Fits(budget.Callers, caller) || !FitsAny(budget.Models, names))
            {
                continue;
            }

            (string, string?) key = (budget.Name, budget.IsPerCaller ? caller : null);
            if (!_accounts.TryGetValue(key, out BudgetAccount? account))
            {
                _accounts[key] = account = new BudgetAccount(budget);
            }

            account.Renew(now);
            accounts.Add(account);
        }

        return accounts;
    }

    private static bool FitsAny(string pattern, ReadOnlySpan<string?> names)
    {
        foreach (string? name in names)
        {
            if (Fits(pattern, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Fits(string pattern, string? name) => pattern == "*" || FileSystemName.MatchesSimpleExpression(pattern, name ?? "", ignoreCase: true);
}
