using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

/// <summary>What goes wrong with batches: nothing is submitted twice, and no result is lost or comes twice.</summary>
public sealed class BatchFaultTests
{
    public static TheoryData<ProviderKind> Kinds => BatchTests.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_was_surely_not_taken_is_submitted_again(ProviderKind kind)
    {
        foreach (int status in new[] { 429, 503, 529 })
        {
            var batches = new FakeBatches(kind);
            batches.Fault = (request, number) => request == $"POST {batches.SubmitPath}" && number == 0 ? Protocol.Of(kind).Refusal(status, "rate_limit_error", "slow", ("retry-after-ms", "5")) : null;
            await using FakeProvider server = await batches.StartAsync();
            using var provider = new RemoteProvider(TestProviders.Options(server, kind));

            Assert.Equal(batches.Id, (await provider.Batches.SubmitAsync(BatchTests.Requests("a"))).Id);
            Assert.Equal(2, batches.Count($"POST {batches.SubmitPath}"));
        }
    }

    [Theory]
    [InlineData(500)]
    [InlineData(504)]
    [InlineData(0)]
    [InlineData(200)]
    public async Task What_may_have_been_taken_is_not_submitted_again(int status)
    {
        var batches = new FakeBatches(ProviderKind.Anthropic);
        batches.Fault = (request, _) => request == $"POST {batches.SubmitPath}" ? Lost(status) : null;
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic));

        ProviderException error = await Assert.ThrowsAsync<ProviderException>(async () => await provider.Batches.SubmitAsync(BatchTests.Requests("a")));

        Assert.Equal("provider_submission_unknown", error.Code);
        Assert.Single(server.Requests);
        Assert.Equal(provider.Options.Limits.Concurrency, provider.Gate.Free);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_submission_without_an_answer_may_have_been_taken(bool isTryTime)
    {
        TimeSpan limit = TimeSpan.FromSeconds(0.5);
        var time = new ManualTime();

        // The time runs out when the provider has the submission, however long that took to get there.
        var batches = new FakeBatches(ProviderKind.Anthropic)
        {
            Fault = (_, _) => new Answer(wire =>
            {
                time.Advance(limit);
                return wire.StallAsync();
            }),
        };
        await using FakeProvider server = await batches.StartAsync();
        ResilienceOptions resilience = isTryTime ? TestProviders.Quick with { TryTimeout = limit } : TestProviders.Quick with { TotalTimeout = limit };
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic) with { Resilience = resilience, TimeProvider = time });

        ProviderException error = await Assert.ThrowsAsync<ProviderException>(async () => await provider.Batches.SubmitAsync(BatchTests.Requests("a")));

        Assert.Equal("provider_submission_unknown", error.Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Nobody_there_is_nobody_who_took_it()
    {
        using var provider = new RemoteProvider(new ProviderOptions { Name = "fake", Kind = ProviderKind.Anthropic, Address = new Uri("http://127.0.0.1:1"), DefaultModel = "m", Resilience = TestProviders.Quick with { Retries = 1 } });

        ProviderException error = await Assert.ThrowsAsync<ProviderException>(async () => await provider.Batches.SubmitAsync(BatchTests.Requests("a")));

        Assert.Equal("provider_network", error.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_submission_of_which_the_answer_was_lost_is_found_by_its_file(bool isThere)
    {
        var batches = new FakeBatches(ProviderKind.OpenAI)
        {
            Fault = (request, _) => request switch
            {
                "POST /v1/batches" => Lost(0),
                "GET /v1/batches" when !isThere => Answer.Of(200, """{"data":[{"id":"batch_9","input_file_id":"in_9","status":"completed"}]}"""),
                _ => null,
            },
        };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));

        if (isThere)
        {
            Assert.Equal("batch_1", (await provider.Batches.SubmitAsync(BatchTests.Requests("a"))).Id);
        }
        else
        {
            Assert.Equal("provider_submission_unknown", (await Assert.ThrowsAsync<ProviderException>(async () => await provider.Batches.SubmitAsync(BatchTests.Requests("a")))).Code);
        }

        Assert.Equal(1, batches.Count("POST /v1/batches"));
    }

    [Fact]
    public async Task A_slow_submission_is_not_raced()
    {
        var batches = new FakeBatches(ProviderKind.Anthropic);
        batches.Fault = (request, number) => number > 0 ? null : new Answer(async wire =>
        {
            await Task.Delay(300, wire.Left);
            await Answer.Of(200, """{"id":"msgbatch_1","processing_status":"in_progress"}""").WriteAsync(wire);
        });
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic) with { Resilience = TestProviders.Quick with { HedgeAfter = TimeSpan.FromMilliseconds(30) } });

        await provider.Batches.SubmitAsync(BatchTests.Requests("a"));

        Assert.Single(server.Requests);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Results_of_which_the_connection_broke_come_once_each(ProviderKind kind)
    {
        var batches = new FakeBatches(kind);
        batches.Fault = (request, number) => request != $"GET {batches.ResultPath}" ? null : number switch
        {
            // Within the second line, and then behind the third.
            0 => Cut(batches.Lines[0] + "\n" + batches.Lines[1][..20]),
            1 => Protocol.Of(kind).Refusal(503),
            2 => Cut(string.Concat(batches.Lines.Take(3).Select(static line => line + "\n"))),
            _ => null,
        };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));
        await provider.Batches.SubmitAsync(BatchTests.Requests("a", "b", "c", "d", "e"));
        batches.State = "completed";

        List<BatchResult> results = await provider.Batches.ReadResultsAsync(batches.Id).ToListAsync();

        Assert.Equal(["a", "b", "c", "d", "e"], results.Select(static result => result.Id), StringComparer.Ordinal);
        Assert.All(results, static result => Assert.Equal($"answer to {result.Id}", result.Events.Text()));
        Assert.Equal(4, batches.Count($"GET {batches.ResultPath}"));
        Assert.Equal(provider.Options.Limits.Concurrency, provider.Gate.Free);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Results_that_break_off_again_and_again_end_in_the_error(ProviderKind kind)
    {
        var batches = new FakeBatches(kind);
        batches.Fault = (request, _) => request == $"GET {batches.ResultPath}" ? Cut(batches.Lines[0] + "\n") : null;
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind) with { Resilience = TestProviders.Quick with { Retries = 2 } });
        await provider.Batches.SubmitAsync(BatchTests.Requests("a", "b"));
        batches.State = "completed";

        (List<string> ids, Exception? error) = await ReadAsync(provider, batches.Id);

        Assert.Equal(["a"], ids, StringComparer.Ordinal);
        Assert.Equal(ProviderErrorKind.Network, Assert.IsType<ProviderException>(error).Kind);
        Assert.Equal(3, batches.Count($"GET {batches.ResultPath}"));
        Assert.Equal(provider.Options.Limits.Concurrency, provider.Gate.Free);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Lines_that_cannot_be_read_are_told_behind_all_that_can(ProviderKind kind)
    {
        var batches = new FakeBatches(kind);
        batches.Fault = (request, _) => request == $"GET {batches.ResultPath}"
            ? FakeBatches.File([batches.Lines[0], "{\"custom_id\":", "", "[1]", "{\"custom_id\":\"b\"}", batches.Lines[0], batches.Lines[2]])
            : null;
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));
        await provider.Batches.SubmitAsync(BatchTests.Requests("a", "b", "c"));
        batches.State = "completed";

        (List<string> ids, Exception? error) = await ReadAsync(provider, batches.Id);

        Assert.Equal(["a", "c"], ids, StringComparer.Ordinal);
        var malformed = Assert.IsType<ProviderException>(error);
        Assert.Equal("batch_results_malformed", malformed.Code);
        Assert.Contains("3 results", malformed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_batch_that_nobody_knows_is_an_error(ProviderKind kind)
    {
        await using FakeProvider server = await new FakeBatches(kind).StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));

        ProviderException error = await Assert.ThrowsAsync<ProviderException>(async () => await provider.Batches.GetStatusAsync("../batch 9"));

        Assert.Equal((ProviderErrorKind.BadRequest, 404), (error.Kind, error.StatusCode));
        Assert.EndsWith("/batches/..%2Fbatch%209", server.Request.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_cancels_gets_no_provider_error()
    {
        var silent = new Answer(static async wire =>
        {
            wire.Head(200, "application/octet-stream");
            await wire.WriteAsync("{");
            await wire.StallAsync();
        });
        var batches = new FakeBatches(ProviderKind.OpenAI) { Fault = (request, _) => request == "GET /v1/files/out_1/content" ? silent : null };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));
        await provider.Batches.SubmitAsync(BatchTests.Requests("a"));
        batches.State = "completed";
        using var cancellation = new CancellationTokenSource(200);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await provider.Batches.ReadResultsAsync(batches.Id, cancellation.Token).ToListAsync());

        Assert.Equal(provider.Options.Limits.Concurrency, provider.Gate.Free);
    }

    private static async Task<(List<string> Ids, Exception? Error)> ReadAsync(RemoteProvider provider, string id)
    {
        List<string> ids = [];
        try
        {
            await foreach (BatchResult result in provider.Batches.ReadResultsAsync(id))
            {
                ids.Add(result.Id);
            }

            return (ids, null);
        }
        catch (LocalInferenceException e)
        {
            return (ids, e);
        }
    }

    // Taken, and then: an error of a gateway, a reset, or an answer that is cut.
    private static Answer Lost(int status) => status switch
    {
        0 => new(static wire =>
        {
            wire.Reset();
            return Task.CompletedTask;
        }),
        200 => Answer.Of(200, "{\"id\":\"msgba"),
        _ => Answer.Of(status, "gone", "text/plain"),
    };

    private static Answer Cut(string text) => Answer.Broken(
        "application/octet-stream",
        static async wire =>
        {
            await Task.Delay(200, wire.Left);
            wire.Reset();
        },
        text);
}
