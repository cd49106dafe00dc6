using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

/// <summary>Batches that are waited for, and that outlive the process that submitted them.</summary>
public sealed class BatchRunTests : IDisposable
{
    private static readonly BatchPolling s_quick = new() { FirstInterval = TimeSpan.FromMilliseconds(5), LongestInterval = TimeSpan.FromMilliseconds(20) };

    private readonly string _folder = Directory.CreateTempSubdirectory("batches-").FullName;

    public static TheoryData<ProviderKind> Kinds => BatchTests.Kinds;

    private string StateFile => Path.Combine(_folder, "batch.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_batch_goes_on_where_the_process_before_left_it(ProviderKind kind)
    {
        var batches = new FakeBatches(kind);
        await using FakeProvider server = await batches.StartAsync();
        using (var first = new RemoteProvider(TestProviders.Options(server, kind)))
        {
            using var end = new CancellationTokenSource();
            BatchPolling polling = s_quick with { OnStatus = _ => end.Cancel() };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await first.Batches.RunAsync(BatchTests.Requests("a", "b"), StateFile, polling, end.Token).ToListAsync());
        }

        Assert.DoesNotContain("Question", await File.ReadAllTextAsync(StateFile), StringComparison.Ordinal);
        batches.State = "completed";
        using var second = new RemoteProvider(TestProviders.Options(server, kind));
        List<BatchResult> results = await second.Batches.RunAsync(BatchTests.Requests("a", "b"), StateFile, s_quick).ToListAsync();

        Assert.Equal(["answer to a", "answer to b"], results.Select(static result => result.Events.Text()), StringComparer.Ordinal);
        Assert.Equal(1, batches.Count($"POST {batches.SubmitPath}"));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task What_a_stopped_batch_did_not_get_to_has_a_result_too()
    {
        var batches = new FakeBatches(ProviderKind.OpenAI) { State = "expired", Outcomes = { ["b"] = "missing" } };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));

        List<BatchResult> results = await provider.Batches.RunAsync(BatchTests.Requests("a", "b"), StateFile, s_quick).ToListAsync();

        Assert.Equal([("a", BatchOutcome.Succeeded), ("b", BatchOutcome.Expired)], results.Select(static result => (result.Id, result.Outcome)));
    }

    [Fact]
    public async Task A_submission_that_may_have_got_through_is_not_made_again()
    {
        var batches = new FakeBatches(ProviderKind.Anthropic) { Fault = static (_, _) => Answer.Of(502, "gone", "text/plain") };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic));

        Assert.Equal("provider_submission_unknown", await Code());
        Assert.Equal("batch_state_unknown", await Code());
        Assert.Single(server.Requests);
        await File.WriteAllTextAsync(StateFile, "{");
        Assert.Equal("batch_state_invalid", await Code());

        async Task<string> Code() => (await Assert.ThrowsAnyAsync<LocalInferenceException>(async () => await provider.Batches.RunAsync(BatchTests.Requests("a"), StateFile, s_quick).ToListAsync())).Code;
    }

    [Fact]
    public async Task Other_requests_do_not_get_its_results()
    {
        var batches = new FakeBatches(ProviderKind.OpenAI);
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));
        using var end = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await provider.Batches.RunAsync(BatchTests.Requests("a"), StateFile, s_quick with { OnStatus = _ => end.Cancel() }, end.Token).ToListAsync());

        GenerationException error = await Assert.ThrowsAsync<GenerationException>(async () => await provider.Batches.RunAsync(BatchTests.Requests("b"), StateFile, s_quick).ToListAsync());

        Assert.Equal("batch_state_invalid", error.Code);
        Assert.Equal(1, batches.Count("POST /v1/batches"));
    }

    [Fact]
    public async Task What_was_refused_leaves_nothing_behind()
    {
        var batches = new FakeBatches(ProviderKind.OpenAI) { Fault = static (request, _) => request == "POST /v1/files" ? Protocol.OpenAI.Refusal(400) : null };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));

        await Assert.ThrowsAsync<ProviderException>(async () => await provider.Batches.RunAsync(BatchTests.Requests("a"), StateFile, s_quick).ToListAsync());

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_batch_of_which_nothing_ran_says_what_is_wrong_with_it()
    {
        var batches = new FakeBatches(ProviderKind.OpenAI) { State = "failed" };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Keys = ApiKeys.Of("sk-test-key") });

        ProviderException error = await Assert.ThrowsAsync<ProviderException>(async () => await provider.Batches.RunAsync(BatchTests.Requests("a"), StateFile, s_quick).ToListAsync());

        Assert.Equal(("batch_failed", "fake", "line 2: [key] is wrong"), (error.Code, error.Provider, error.ProviderMessage));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Waiting_outlasts_an_outage_but_not_for_ever()
    {
        var batches = new FakeBatches(ProviderKind.OpenAI);
        batches.Fault = (request, number) => request != "GET /v1/batches/batch_1" ? null : number switch
        {
            1 or 2 => Protocol.OpenAI.Refusal(503),
            3 => Protocol.OpenAI.Refusal(429, "rate_limit_exceeded", "slow", ("retry-after-ms", "10")),
            _ => null,
        };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI) with { Resilience = TestProviders.Quick with { Retries = 0 } });
        await provider.Batches.SubmitAsync(BatchTests.Requests("a"));
        List<BatchState> states = [];
        BatchPolling polling = s_quick with
        {
            OnStatus = status =>
            {
                states.Add(status.State);
                batches.State = states.Count == 2 ? "completed" : "in_progress";
            },
        };

        Assert.Equal(BatchState.Completed, (await provider.Batches.WaitAsync("batch_1", polling)).State);
        Assert.Equal([BatchState.InProgress, BatchState.InProgress, BatchState.Completed], states);

        batches.Fault = static (_, _) => Protocol.OpenAI.Refusal(503);
        ProviderException error = await Assert.ThrowsAsync<ProviderException>(async () => await provider.Batches.WaitAsync("batch_1", s_quick with { MaxOutage = TimeSpan.FromMilliseconds(50) }));
        Assert.Equal(ProviderErrorKind.Outage, error.Kind);
    }
}
