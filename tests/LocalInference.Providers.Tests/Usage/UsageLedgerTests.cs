using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

public sealed class UsageLedgerTests : IDisposable
{
    private static readonly DateTimeOffset s_day = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("ledger-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "usage.db");

    public void Dispose()
    {
        // Its pooled connections keep the file open, which Windows minds.
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_is_added_is_there_after_the_ledger_is_opened_again()
    {
        await using (var ledger = new UsageLedger(Path))
        {
            await FillAsync(ledger);
        }

        await using var again = new UsageLedger($"Data Source={Path}");
        await CheckAsync(again);
    }

    [PostgresFact]
    public async Task Postgres_keeps_the_same()
    {
        await using var ledger = new UsageLedger(PostgresFactAttribute.Connection!);
        await FillAsync(ledger);
        await ledger.FlushAsync();
        await CheckAsync(ledger);
    }

    [PostgresFact]
    public async Task A_name_that_Postgres_cannot_hold_stops_nothing()
    {
        await using var ledger = new UsageLedger(PostgresFactAttribute.Connection!);
        Assert.True(ledger.TryAdd(Entry("a\0b", "\ud800", 1) with { Time = s_day.AddYears(-10) }));
        await ledger.FlushAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Csv_has_a_line_for_each_and_nothing_that_a_spreadsheet_computes()
    {
        await using var ledger = new UsageLedger(Path);
        Assert.True(ledger.TryAdd(Entry("=1+1", "a,\"b\"", 0.000000123m) with { Reuse = AnswerReuse.Exact, IsEstimate = true }));
        await ledger.FlushAsync();
        using var csv = new StringWriter(CultureInfo.InvariantCulture);

        await ledger.ExportAsync(csv, s_day, s_day.AddDays(1));

        Assert.Equal(UsageCsv.Header + "2026-05-04T12:00:00.000Z,'=1+1,route,\"a,\"\"b\"\"\",cloud,chat,ok,Exact,100,40,10,7,3,1,0.000000123,1500.25\r\n", csv.ToString());
    }

    [Fact]
    public async Task A_database_that_fails_holds_nobody_up_and_what_does_not_fit_the_queue_is_counted()
    {
        string folder = System.IO.Path.Combine(_folder, "missing");
        await using var ledger = new UsageLedger(System.IO.Path.Combine(folder, "usage.db"), new UsageLedgerOptions { QueueLength = 10, CloseTimeout = TimeSpan.FromSeconds(30) });
        long begun = TimeProvider.System.GetTimestamp();

        int queued = Enumerable.Range(0, 1000).Count(_ => ledger.TryAdd(Entry("u", "m", 1)));

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Equal(1000 - queued, ledger.Lost);
        Assert.InRange(queued, 10, 999);
        Directory.CreateDirectory(folder);
        await ledger.FlushAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Assert.Equal(queued, Assert.Single(await ledger.SumAsync(s_day, s_day.AddDays(1))).Requests);
    }

    [Fact]
    public async Task A_ledger_that_cannot_write_closes_in_its_time()
    {
        var ledger = new UsageLedger(System.IO.Path.Combine(_folder, "missing", "usage.db"), new UsageLedgerOptions { CloseTimeout = TimeSpan.FromMilliseconds(100) });
        ledger.TryAdd(Entry("u", "m", 1));

        await ledger.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(1, ledger.Lost);
        Assert.False(ledger.TryAdd(Entry("u", "m", 1)));
    }

    private static async Task FillAsync(UsageLedger ledger)
    {
        string run = Guid.NewGuid().ToString("N");
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(ledger.TryAdd(Entry(i % 2 == 0 ? "ann" : null, run, i % 4 == 0 ? null : 0.1m) with { Time = s_day.AddDays(i % 5) }));
        }
    }

    private static async Task CheckAsync(UsageLedger ledger)
    {
        IReadOnlyList<UsageSum> runs = await ledger.SumAsync(s_day, s_day.AddDays(10), UsageGrouping.Model);
        string run = runs[^1].Model!;
        UsageSum[] groups = [.. (await ledger.SumAsync(s_day, s_day.AddDays(4), UsageGrouping.Day | UsageGrouping.Caller | UsageGrouping.Model | UsageGrouping.Requested)).Where(sum => sum.Model == run)];

        Assert.Equal(new UsageSum { Model = run, Requests = 1000, PromptTokens = 100_000, CachedPromptTokens = 40_000, GeneratedTokens = 7_000, Cost = 75, Unpriced = 250 }, runs[^1]);
        Assert.Equal(8, groups.Length);
        Assert.Equal(new DateOnly(2026, 5, 4), groups[0].Day);
        Assert.All(groups, static sum => Assert.Equal((100L, "route"), (sum.Requests, sum.Requested)));
        Assert.Equal(4, groups.Count(static sum => sum.Caller == "ann"));
        Assert.Equal(4, groups.Count(static sum => sum.Caller is null));
        UsageSum none = Assert.Single(await ledger.SumAsync(s_day.AddYears(-1), s_day.AddYears(-1).AddDays(1)));
        Assert.Equal(new UsageSum { Requests = 0, PromptTokens = 0, CachedPromptTokens = 0, GeneratedTokens = 0, Cost = 0, Unpriced = 0 }, none);
    }

    private static UsageEntry Entry(string? caller, string model, decimal? cost) => new()
    {
        Time = s_day,
        Caller = caller,
        Requested = "route",
        Model = model,
        Provider = "cloud",
        Operation = "chat",
        Outcome = "ok",
        PromptTokens = 100,
        CachedPromptTokens = 40,
        CacheWrittenTokens = 10,
        GeneratedTokens = 7,
        ReasoningTokens = 3,
        Cost = cost,
        Duration = TimeSpan.FromMilliseconds(1500.25),
    };
}
