using System.Text.Json.Nodes;
using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

public sealed class BatchTests
{
    public static TheoryData<ProviderKind> Kinds => [ProviderKind.OpenAI, ProviderKind.Anthropic];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Requests_are_submitted_and_their_answers_come_back_by_name(ProviderKind kind)
    {
        var batches = new FakeBatches(kind) { Outcomes = { ["b"] = "error" } };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind) with { Keys = ApiKeys.Of("sk-test-key") });

        BatchStatus status = await provider.Batches.SubmitAsync(Requests("a", "b", "c"));
        batches.State = "completed";
        BatchStatus ended = await provider.Batches.GetStatusAsync(status.Id);
        List<BatchResult> results = await provider.Batches.ReadResultsAsync(status.Id).ToListAsync();

        Assert.Equal((batches.Id, "fake", BatchState.InProgress, false), (status.Id, status.Provider, status.State, status.IsOver));
        Assert.Equal((BatchState.Completed, true, 3, 2, 1), (ended.State, ended.IsOver, ended.Total, ended.Succeeded, ended.Failed));
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1700000000), DateTimeOffset.FromUnixTimeSeconds(1700086400)), (ended.CreatedAt, ended.ExpiresAt));
        Assert.All(server.Requests, static request => Assert.Equal("sk-test-key", request.Key));
        Assert.Equal(["a", "b", "c"], batches.Requests.Select(static request => (string)request["custom_id"]!), StringComparer.Ordinal);
        Assert.All(batches.Requests, request => Assert.Equal(("m-1", null), ((string?)(request["body"] ?? request["params"])!["model"], (bool?)(request["body"] ?? request["params"])!["stream"])));

        Assert.Equal(["a", "b", "c"], results.Select(static result => result.Id).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        BatchResult good = results.Single(static result => result.Id == "c");
        Assert.Equal((BatchOutcome.Succeeded, "answer to c"), (good.Outcome, good.Events.Text()));
        Assert.IsType<GenerationStarted>(good.Events[0]);
        GenerationUsage usage = Assert.IsType<GenerationEnded>(good.Events[^1]).Usage;
        Assert.Equal((9, 2), (usage.PromptTokens, usage.GeneratedTokens));
        ChatResponse response = good.ToChatResponse();
        Assert.Equal(("answer to c", ChatFinishReason.Stop, 11L), (response.Text, response.FinishReason, response.Usage!.TotalTokenCount));

        BatchResult bad = results.Single(static result => result.Id == "b");
        var error = Assert.IsType<ProviderException>(bad.Error);
        Assert.Equal((BatchOutcome.Failed, ProviderErrorKind.BadRequest, "[key] is wrong"), (bad.Outcome, error.Kind, error.ProviderMessage));
        Assert.Empty(bad.Events);
        Assert.Same(error, Assert.Throws<ProviderException>(bad.ToChatResponse));
        Assert.Equal(provider.Options.Limits.Concurrency, provider.Gate.Free);
    }

    [Fact]
    public async Task A_line_of_OpenAIs_file_is_what_an_answer_at_once_would_be_asked_with()
    {
        var batches = new FakeBatches(ProviderKind.OpenAI);
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));

        await provider.Batches.SubmitAsync([new("a", TestProviders.Chat("Grüße") with { MaxTokens = 5, Sampling = new() { Temperature = 0 } })]);

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m-1","messages":[{"role":"user","content":"Grüße"}],"max_completion_tokens":5,"temperature":0}}"""),
            Assert.Single(batches.Requests)));
        server.Requests[^1].AssertJson("""{"input_file_id":"in_1","endpoint":"/v1/chat/completions","completion_window":"24h"}""");
    }

    [Theory]
    [InlineData(ProviderKind.OpenAI, """{"id":"x","model":"m-1","choices":[{"message":{"reasoning_content":"Hm.","content":"Look.","tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""")]
    [InlineData(ProviderKind.Anthropic, """{"id":"x","type":"message","model":"m-1","content":[{"type":"thinking","thinking":"Hm.","signature":"sig"},{"type":"text","text":"Look."},{"type":"tool_use","id":"t1","name":"f","input":{"x":1}},{"type":"tool_use","id":"t2","name":"g","input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}""")]
    public async Task Thoughts_and_calls_of_whole_answers_are_read(ProviderKind kind, string body)
    {
        var batches = new FakeBatches(kind) { Body = _ => body };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));
        await provider.Batches.SubmitAsync(Requests("a"));
        batches.State = "completed";

        BatchResult result = Assert.Single(await provider.Batches.ReadResultsAsync(batches.Id).ToListAsync());

        Assert.Equal("Hm.", Assert.Single(result.Events.OfType<ReasoningDelta>()).Text);
        Assert.Equal("Look.", result.Events.Text());
        Assert.Equal([new(0, "t1", "f", "{\"x\":1}", true), new(1, "t2", "g", "{}", true)], result.Events.OfType<ToolCallCompleted>());
        Assert.Equal(FinishReason.ToolCalls, Assert.IsType<GenerationEnded>(result.Events[^1]).FinishReason);
        Assert.Equal(kind == ProviderKind.Anthropic ? 1 : 0, result.Events.OfType<ReasoningSigned>().Count());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_batch_that_is_cancelled_has_the_results_of_what_was_answered(ProviderKind kind)
    {
        var batches = new FakeBatches(kind) { Outcomes = { ["b"] = "cancelled" } };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));
        await provider.Batches.SubmitAsync(Requests("a", "b"));

        Assert.Empty(await provider.Batches.ReadResultsAsync(batches.Id).ToListAsync());
        Assert.Equal(BatchState.Cancelling, (await provider.Batches.CancelAsync(batches.Id)).State);
        batches.State = "cancelled";
        Assert.Equal(BatchState.Cancelled, (await provider.Batches.WaitAsync(batches.Id)).State);
        List<BatchResult> results = await provider.Batches.ReadResultsAsync(batches.Id).ToListAsync();

        Assert.Equal([("a", BatchOutcome.Succeeded), ("b", BatchOutcome.Cancelled)], results.Select(static result => (result.Id, result.Outcome)).Order());
        Assert.Throws<InvalidOperationException>(results.Single(static result => result.Id == "b").ToChatResponse);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_batch_that_expired_has_the_results_of_what_was_answered(ProviderKind kind)
    {
        var batches = new FakeBatches(kind) { Outcomes = { ["b"] = "expired" } };
        await using FakeProvider server = await batches.StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));
        await provider.Batches.SubmitAsync(Requests("a", "b"));
        batches.State = "expired";

        Assert.Equal(BatchState.Expired, (await provider.Batches.GetStatusAsync(batches.Id)).State);
        List<BatchResult> results = await provider.Batches.ReadResultsAsync(batches.Id).ToListAsync();

        Assert.Equal([("a", BatchOutcome.Succeeded), ("b", BatchOutcome.Expired)], results.Select(static result => (result.Id, result.Outcome)).Order());
    }

    [Theory]
    [InlineData(ProviderKind.OpenAI, "a b", "no id")]
    [InlineData(ProviderKind.OpenAI, "", "no id")]
    [InlineData(ProviderKind.Anthropic, "ä", "no id")]
    [InlineData(ProviderKind.Anthropic, "a,a", "the id 'a'")]
    [InlineData(ProviderKind.OpenAI, null, "0 requests")]
    public async Task What_cannot_be_a_batch_is_refused_before_it_is_sent(ProviderKind kind, string? ids, string reason)
    {
        await using FakeProvider server = await new FakeBatches(kind).StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));

        GenerationException error = await Assert.ThrowsAsync<GenerationException>(async () => await provider.Batches.SubmitAsync(ids is null ? [] : Requests(ids.Split(','))));

        Assert.Equal("batch_invalid", error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Requests_are_checked_as_if_they_were_answered_at_once()
    {
        await using FakeProvider server = await new FakeBatches(ProviderKind.OpenAI).StartAsync();
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));
        using var ollama = new RemoteProvider(TestProviders.Options(server, ProviderKind.Ollama));
        GenerationRequest hi = TestProviders.Chat("Hi");

        Assert.Equal("option_unsupported", await Code(provider, hi with { Sampling = new() { TopK = 3 } }));
        Assert.Equal("local_only", await Code(provider, hi with { LocalOnly = true }));
        Assert.Equal("batch_invalid", await Code(provider, hi, hi with { Model = "m-2" }));
        Assert.Equal("batch_invalid", await Code(provider, hi, new GenerationRequest { Input = new PromptInput { Text = "Hi" } }));
        Assert.Equal("option_unsupported", await Code(ollama, hi));
        Assert.Empty(server.Requests);

        static async Task<string> Code(RemoteProvider provider, params GenerationRequest[] requests) =>
            (await Assert.ThrowsAsync<GenerationException>(async () => await provider.Batches.SubmitAsync([.. requests.Select(static (request, i) => new BatchRequest($"r{i}", request))]))).Code;
    }

    [Fact]
    public async Task A_router_finds_the_provider_and_keeps_its_name_in_the_id()
    {
        var batches = new FakeBatches(ProviderKind.OpenAI) { State = "completed" };
        await using FakeProvider server = await batches.StartAsync();
        using var router = new ModelRouter(
            RoutingTests.Options(TestProviders.Options(server, ProviderKind.OpenAI, "cloud"), TestProviders.Options(server, ProviderKind.OpenAI, "other")) with { LocalOnlyModels = ["cloud/secret*"] },
            new LocalServices { Generator = new ScriptedTextGenerator() });

        BatchStatus status = await router.Batches.SubmitAsync([new("a", TestProviders.Chat("Hi") with { Model = "cloud/m-9" })]);

        Assert.Equal("cloud/batch_1", status.Id);
        Assert.Equal("m-9", (string?)Assert.Single(batches.Requests)["body"]!["model"]);
        Assert.Equal("cloud/batch_1", (await router.Batches.WaitAsync(status.Id)).Id);
        Assert.Equal("answer to a", Assert.Single(await router.Batches.ReadResultsAsync(status.Id).ToListAsync()).Events.Text());
        Assert.Equal("cloud/batch_1", (await router.Batches.CancelAsync(status.Id)).Id);
        int sent = server.Requests.Count;
        Assert.Equal("option_unsupported", await Code("local-model"));
        Assert.Equal("local_only", await Code("cloud/secret-1"));
        Assert.Equal("batch_invalid", await Code("cloud/m-1", "other/m-1"));
        Assert.Equal("batch_invalid", await Code());
        Assert.Equal("batch_invalid", (await Assert.ThrowsAsync<GenerationException>(async () => await router.Batches.GetStatusAsync("nobody/batch_1"))).Code);
        Assert.Equal(sent, server.Requests.Count);

        async Task<string> Code(params string[] models) =>
            (await Assert.ThrowsAsync<GenerationException>(async () => await router.Batches.SubmitAsync([.. models.Select(static (model, i) => new BatchRequest($"r{i}", TestProviders.Chat("secret") with { Model = model }))]))).Code;
    }

    internal static BatchRequest[] Requests(params string[] ids) => [.. ids.Select(static id => new BatchRequest(id, TestProviders.Chat($"Question {id}")))];
}
