using LocalInference.Abstractions;
using LocalInference.Testing;

namespace LocalInference.Providers.Tests;

public sealed class UsageMeterTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("meter-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_answer_that_nobody_counted_is_estimated()
    {
        await using UsageLedger ledger = Ledger();
        ITextGenerator generator = Metered.Meter(_time, ledger).Over(new Untold(Metered.Script()));

        List<GenerationEvent> events = await generator.RunAsync(Metered.Request("cloud/big"));

        GenerationUsage usage = Assert.IsType<GenerationEnded>(events[^1]).Usage;
        Assert.Equal((10, true), (usage.PromptTokens, usage.Cost > 10));
        Assert.EndsWith(",1,18,0", Assert.Single(await LinesAsync(ledger)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_failures_and_callers_that_leave_are_written_down_with_what_they_cost()
    {
        await using UsageLedger ledger = Ledger();
        var script = new ScriptedTextGenerator(
            ScriptedAnswer.Say("one two three"),
            ScriptedAnswer.Fail(ScriptedFailure.Busy(TimeSpan.FromSeconds(3))),
            ScriptedAnswer.Say("one two three four"));
        ITextGenerator generator = Metered.Meter(_time, ledger).Over(script);

        List<GenerationEvent> events = await generator.RunAsync(Metered.Request("cloud/big", "ann"));
        await Assert.ThrowsAsync<BusyException>(() => generator.RunAsync(Metered.Request("cloud/big", "ann")));
        await foreach (GenerationEvent e in generator.GenerateAsync(Metered.Request("cloud/small", "bob")))
        {
            if (e is TextDelta)
            {
                break;
            }
        }

        Assert.Equal("one two three", events.Text());
        Assert.Equal(16, Assert.IsType<GenerationEnded>(events[^1]).Usage.Cost);
        Assert.Equal(
            [
                "ann,cloud/big,cloud/big,cloud,chat,ok,None,10,0,0,3,0,0,16,0",
                "ann,cloud/big,cloud/big,cloud,chat,busy,None,0,0,0,0,0,0,0,0",
                "bob,cloud/small,cloud/small,cloud,chat,abandoned,None,10,0,0,1,0,1,0.012,0",
            ],
            await LinesAsync(ledger));
    }

    [Fact]
    public async Task Who_answered_is_who_is_paid()
    {
        await using UsageLedger ledger = Ledger();
        var script = new ScriptedTextGenerator(static (_, _) => ScriptedAnswer.Say("one two three"));
        ITextGenerator generator = Metered.Meter(_time, ledger).Over(new Routed(script, new GenerationRoute("cloud", "cloud/small", "r", 2)));

        List<GenerationEvent> events = await generator.RunAsync(Metered.Request("tier"));

        Assert.Equal(0.016m, Assert.IsType<GenerationEnded>(events[^1]).Usage.Cost);
        Assert.Equal([",tier,cloud/small,cloud,chat,ok,None,10,0,0,3,0,0,0.016,0"], await LinesAsync(ledger));
    }

    [Fact]
    public async Task A_batch_is_written_down_when_it_is_submitted_and_refused_as_a_whole_beyond_its_budget()
    {
        await using UsageLedger ledger = Ledger();
        var batches = new FakeBatches(ProviderKind.OpenAI) { Fault = static (path, number) => path == "POST /v1/files" && number == 0 ? Protocol.OpenAI.Refusal(400) : null };
        await using FakeProvider server = await batches.StartAsync();
        using var router = new ModelRouter(RoutingTests.Options(TestProviders.Options(server, ProviderKind.OpenAI, "cloud")), LocalServices.None);
        IBatchClient client = Metered.Meter(_time, ledger, new Budget { Name = "daily", Limit = 20, DowngradeTo = "cloud/small" }).Over(router.Batches);
        BatchRequest[] two = [new("a", Metered.Request("cloud/big", "ann")), new("b", Metered.Request("cloud/big", "ann"))];

        await Assert.ThrowsAsync<ProviderException>(() => client.SubmitAsync(two).AsTask());
        BatchStatus status = await client.SubmitAsync(two);
        int sent = server.Requests.Count;
        await Assert.ThrowsAsync<BudgetException>(() => client.SubmitAsync([new("c", Metered.Request("cloud/small", "bob")), new("d", Metered.Request("cloud/big", "ann"))]).AsTask());

        Assert.Equal(sent, server.Requests.Count);
        Assert.Equal(status.Id, (await client.GetStatusAsync(status.Id)).Id);
        Assert.Equal(
            [
                "ann,cloud/big,cloud/big,cloud,batch,provider_bad_request,None,0,0,0,0,0,0,0,0",
                "ann,cloud/big,cloud/big,cloud,batch,ok,None,20,0,0,6,0,1,16,0",
                "bob,cloud/small,cloud/small,cloud,batch,budget_exhausted,None,0,0,0,0,0,0,0,0",
            ],
            await LinesAsync(ledger));
    }

    [Fact]
    public async Task Embeddings_are_written_down_and_refused_beyond_their_budget()
    {
        await using UsageLedger ledger = Ledger();
        IEmbedder embedder = Metered.Meter(_time, ledger, new Budget { Name = "daily", Limit = 10 }).Over(new ScriptedEmbedder());
        var request = new EmbeddingRequest { Inputs = ["one two"], Model = "cloud/big", Caller = "ann" };

        long tokens = (await embedder.EmbedAsync(request)).TokenCount;
        await Assert.ThrowsAsync<BudgetException>(() => embedder.EmbedAsync(request with { Inputs = [new string('x', 100)] }).AsTask());

        Assert.Equal([$"ann,cloud/big,cloud/big,cloud,embeddings,ok,None,{tokens},0,0,0,0,0,{tokens},0"], await LinesAsync(ledger));
    }

    [Fact]
    public async Task Budgets_remember_what_was_spent_before_the_process_began()
    {
        var budget = new Budget { Name = "daily", Limit = 20 };
        await using (UsageLedger ledger = Ledger())
        {
            await Metered.Meter(_time, ledger, budget).Over(Metered.Script()).RunAsync(Metered.Request("cloud/big"));
        }

        await using UsageLedger again = Ledger();
        ITextGenerator generator = Metered.Meter(_time, again, budget).Over(Metered.Script());
        BudgetException refused = await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(Metered.Request("cloud/big")));

        Assert.Equal("16", refused.Value);
        _time.Advance(TimeSpan.FromDays(1));
        await generator.RunAsync(Metered.Request("cloud/big"));
    }

    [Fact]
    public async Task Who_cannot_tell_what_was_spent_sends_nothing()
    {
        await using var ledger = new UsageLedger(Path.Combine(_folder, "missing", "usage.db"), new UsageLedgerOptions { CloseTimeout = TimeSpan.FromMilliseconds(10) });
        ScriptedTextGenerator script = Metered.Script();
        ITextGenerator generator = Metered.Meter(_time, ledger, new Budget { Name = "daily", Limit = 20 }).Over(script);

        Assert.Equal("budget_unknown", (await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(Metered.Request("cloud/big")))).Code);
        Assert.Empty(script.Requests);
        Directory.CreateDirectory(Path.Combine(_folder, "missing"));
        await generator.RunAsync(Metered.Request("cloud/big"));
    }

    private UsageLedger Ledger() => new(Path.Combine(_folder, "usage.db"));

    // All lines without the time.
    private static async Task<string[]> LinesAsync(UsageLedger ledger)
    {
        await ledger.FlushAsync();
        using var csv = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        await ledger.ExportAsync(csv, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        return [.. csv.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(static line => line[(line.IndexOf(',', StringComparison.Ordinal) + 1)..])];
    }
}
