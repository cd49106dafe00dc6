using LocalInference.Abstractions;
using LocalInference.Testing;

namespace LocalInference.Providers.Tests;

public sealed class BudgetTests
{
    /// <summary>What a request of <see cref="Metered"/> costs: 10 tokens in, 3 out.</summary>
    private const decimal Cost = 16;

    private readonly ManualTime _time = new();
    private readonly ScriptedTextGenerator _script = Metered.Script();

    [Fact]
    public async Task A_budget_that_is_used_up_refuses_until_the_next_day()
    {
        ITextGenerator generator = Metered.Meter(_time, null, new Budget { Name = "daily", Limit = (2 * Cost) + 1 }).Over(_script);
        GenerationRequest request = Metered.Request("cloud/big");

        await generator.RunAsync(request);
        await generator.RunAsync(request);
        BudgetException refused = await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(request));

        Assert.Equal(("budget_exhausted", "32", "33", TimeSpan.FromHours(23)), (refused.Code, refused.Value, refused.Limit, refused.RetryAfter));
        Assert.Equal(2, _script.Requests.Count);
        await generator.RunAsync(Metered.Request("local"));
        _time.Advance(TimeSpan.FromHours(23));
        await generator.RunAsync(request);
    }

    [Fact]
    public async Task What_runs_is_promised_so_that_many_at_once_do_not_overspend()
    {
        var script = new ScriptedTextGenerator(static (_, _) => ScriptedAnswer.Empty.ThenWait(TimeSpan.FromMilliseconds(50)).ThenSay("one two three"));
        ITextGenerator generator = Metered.Meter(_time, null, new Budget { Name = "daily", Limit = 3 * Cost }).Over(script);

        (string Text, Exception? Error)[] results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => generator.TryAsync(Metered.Request("cloud/big"))));

        Assert.Equal(3, results.Count(static result => result.Error is null));
        Assert.Equal(7, results.Count(static result => result.Error is BudgetException));
        Assert.Equal(3, script.Requests.Count);
    }

    [Fact]
    public async Task A_budget_of_models_holds_for_the_routes_and_the_default_that_lead_to_them()
    {
        ProvidersOptions providers = Metered.Providers with { Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["fast"] = new() { Models = ["cloud/big"] } }, DefaultModel = "fast" };
        var meter = new UsageMeter(providers, new UsageOptions { Budgets = [new Budget { Name = "cloud", Models = "cloud/*", Limit = Cost + 1 }] }, ledger: null, _time);
        ITextGenerator generator = meter.Over(new Routed(_script, new GenerationRoute("cloud", "cloud/big", "first", 1)));

        await generator.RunAsync(Metered.Request("fast"));

        await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(Metered.Request("fast")));
        await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(Metered.Request("fast") with { Model = null }));
    }

    [Fact]
    public async Task Each_caller_may_have_the_limit_alone_and_others_may_have_none()
    {
        ITextGenerator generator = Metered.Meter(_time, null, new Budget { Name = "each", Limit = Cost, IsPerCaller = true, Callers = "u*", Period = BudgetPeriod.Month }).Over(_script);

        await generator.RunAsync(Metered.Request("cloud/big", "u1"));
        await generator.RunAsync(Metered.Request("cloud/big", "u2"));
        await generator.RunAsync(Metered.Request("cloud/big", "admin"));
        await generator.RunAsync(Metered.Request("cloud/big", "admin"));
        await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(Metered.Request("cloud/big", "u1")));
        _time.Advance(TimeSpan.FromDays(20));
        await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(Metered.Request("cloud/big", "u1")));
        _time.Advance(TimeSpan.FromDays(11));
        await generator.RunAsync(Metered.Request("cloud/big", "u1"));
    }

    [Fact]
    public async Task A_budget_may_send_requests_to_a_cheaper_model_whose_own_budget_holds()
    {
        ITextGenerator generator = Metered.Meter(
            _time,
            null,
            new Budget { Name = "big", Models = "cloud/big", Limit = Cost, DowngradeTo = "cloud/small" },
            new Budget { Name = "small", Models = "cloud/small", Limit = Cost / 1000 }).Over(_script);

        await generator.RunAsync(Metered.Request("cloud/big"));
        List<GenerationEvent> second = await generator.RunAsync(Metered.Request("cloud/big"));
        BudgetException refused = await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(Metered.Request("cloud/big")));

        Assert.Equal(["cloud/big", "cloud/small"], _script.Requests.Select(static request => request.Model), StringComparer.Ordinal);
        GenerationRoute route = Assert.IsType<GenerationStarted>(second[0]).Route!;
        Assert.Equal(("cloud/small", 2), (route.Model, route.Attempts));
        Assert.Contains("'big'", route.Reason, StringComparison.Ordinal);
        Assert.Equal(0.016m, Assert.IsType<GenerationEnded>(second[^1]).Usage.Cost);
        Assert.Contains("'small'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budgets_that_point_at_each_other_refuse()
    {
        ITextGenerator generator = Metered.Meter(
            _time,
            null,
            new Budget { Name = "a", Models = "cloud/big", Limit = 0, DowngradeTo = "cloud/small" },
            new Budget { Name = "b", Models = "cloud/small", Limit = 0, DowngradeTo = "cloud/big" }).Over(_script);

        await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(Metered.Request("cloud/big")));
        Assert.Empty(_script.Requests);
    }

    [Fact]
    public async Task No_budget_sends_away_what_must_not_leave_this_machine()
    {
        ITextGenerator generator = Metered.Meter(_time, null, new Budget { Name = "none", Limit = 0, DowngradeTo = "cloud/small" }).Over(_script);

        await generator.RunAsync(Metered.Request("notes"));
        await generator.RunAsync(Metered.Request("cloud/big") with { LocalOnly = true });

        Assert.Equal([("notes", true), ("cloud/big", true)], _script.Requests.Select(static request => (request.Model, request.LocalOnly)));
    }

    [Fact]
    public void Budgets_of_one_name_are_refused()
    {
        GenerationException e = Assert.Throws<GenerationException>(() => Metered.Meter(_time, null, new Budget { Name = "a", Limit = 1 }, new Budget { Name = "a", Limit = -1 }));

        Assert.Contains("several budgets named 'a'", e.Message, StringComparison.Ordinal);
        Assert.Contains("not negative", e.Message, StringComparison.Ordinal);
    }
}
