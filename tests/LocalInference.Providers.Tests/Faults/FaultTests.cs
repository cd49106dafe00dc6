using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

public sealed class FaultTests
{
    public static TheoryData<string, ProviderKind> Scripts
    {
        get
        {
            var data = new TheoryData<string, ProviderKind>();
            foreach (FaultScript script in FaultScripts.All)
            {
                foreach (Protocol protocol in script.Protocols)
                {
                    data.Add(script.Name, protocol.Kind);
                }
            }

            return data;
        }
    }

    [Fact]
    public void There_are_at_least_thirty() => Assert.True(FaultScripts.All.Select(static script => script.Name).Distinct(StringComparer.Ordinal).Count() >= 30);

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Ends_as_documented(string name, ProviderKind kind)
    {
        FaultScript script = FaultScripts.All.Single(one => one.Name == name);
        await using FakeProvider server = await FakeProvider.StartAsync(script.Answers(Protocol.Of(kind)));
        using var provider = new RemoteProvider(TestProviders.Options(server, kind) with { Keys = ApiKeys.Of(script.Keys), Resilience = script.Resilience(TestProviders.Quick) });

        (string text, Exception? error) = await provider.Generator.TryAsync(TestProviders.Chat("Hi"));

        Assert.Equal(script.Text, text);
        Assert.Equal(script.Error, (error as ProviderException)?.Kind);
        Assert.Equal(script.Error is null, error is null);
        Assert.Equal(script.Requests, server.Requests.Count);
        if (script.Keys.Length > 0)
        {
            Assert.Equal(script.Keys.Take(script.Requests), server.Requests.Select(static request => request.Key), StringComparer.Ordinal);
        }

        Assert.Equal(provider.Options.Limits.Concurrency, provider.Gate.Free);
    }

    /// <summary>Sign by sign within the limit, in all far beyond it.</summary>
    [Theory]
    [InlineData(ProviderKind.OpenAI)]
    [InlineData(ProviderKind.Anthropic)]
    public async Task Signs_of_life_behind_the_first_text_keep_an_answer_alive(ProviderKind kind)
    {
        Protocol protocol = Protocol.Of(kind);
        ResilienceOptions resilience = TestProviders.Quick with { TotalTimeout = TimeSpan.FromHours(1) };
        var time = new ManualTime();
        await using FakeProvider server = await FakeProvider.StartAsync(new Answer(async wire =>
        {
            wire.Head(200, protocol.MediaType);
            await wire.WriteAsync(string.Concat(protocol.Pieces.Take(protocol.FirstText + 1)));
            for (int i = 0; i < 6; i++)
            {
                await wire.WriteAsync(": alive\n\n");
                await ReadAsync(wire.Left);
                time.Advance(resilience.IdleTimeout * 0.9);
            }

            await wire.WriteAsync(string.Concat(protocol.Pieces.Skip(protocol.FirstText + 1)));
        }));
        using var provider = new RemoteProvider(TestProviders.Options(server, kind) with { Resilience = resilience, TimeProvider = time });

        Assert.Equal(("Hello world", null), await provider.Generator.TryAsync(TestProviders.Chat("Hi")));

        // Who reads a sign has the whole limit again from there on. If nobody ever does, the next step shows it.
        async Task ReadAsync(CancellationToken left)
        {
            for (int i = 0; i < 6000 && time.NextDue != resilience.IdleTimeout; i++)
            {
                await Task.Delay(10, left);
            }
        }
    }

    [Fact]
    public async Task Calls_with_the_same_id_are_told_apart()
    {
        (_, List<GenerationEvent> events) = await TestProviders.ExchangeAsync(ProviderKind.OpenAI, TestProviders.Chat("Hi"), Answer.Stream(
            "text/event-stream",
            Answer.Events(
                """{"id":"c","choices":[{"delta":{"tool_calls":[{"index":0,"id":"same","function":{"name":"f","arguments":"{}"}}]}}]}""",
                """{"id":"c","choices":[{"delta":{"tool_calls":[{"index":1,"id":"same","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""",
                "[DONE]")));

        ToolCallCompleted[] calls = [.. events.OfType<ToolCallCompleted>()];
        Assert.Equal(["f", "g"], calls.Select(static call => call.Name), StringComparer.Ordinal);
        Assert.Equal("same", calls[0].CallId);
        Assert.NotEqual("same", calls[1].CallId, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Calls_that_share_a_place_are_told_apart()
    {
        (_, List<GenerationEvent> events) = await TestProviders.ExchangeAsync(ProviderKind.OpenAICompatible, TestProviders.Chat("Hi"), Answer.Stream(
            "text/event-stream",
            Answer.Events(
                """{"id":"c","choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}]}}]}""",
                """{"id":"c","choices":[{"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}]},"finish_reason":"stop"}]}""",
                "[DONE]")));

        Assert.Equal([new(0, "a", "f", "{\"x\":1}", true), new(1, "b", "g", "{\"y\":2}", true)], events.OfType<ToolCallCompleted>());
    }

    [Fact]
    public async Task A_call_that_broke_off_is_never_complete()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Answer.Stream("text/event-stream", Answer.Events("""{"id":"c","choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]}}]}""")));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));
        List<GenerationEvent> events = [];

        ProviderException error = await Assert.ThrowsAsync<ProviderException>(async () =>
        {
            await foreach (GenerationEvent e in provider.Generator.GenerateAsync(TestProviders.Chat("Hi")))
            {
                events.Add(e);
            }
        });

        Assert.Equal(ProviderErrorKind.Network, error.Kind);
        Assert.Single(events.OfType<ToolCallStarted>());
        Assert.Empty(events.OfType<ToolCallCompleted>());
    }

    [Fact]
    public async Task A_caller_that_cancels_gets_no_provider_error()
    {
        foreach (Protocol protocol in Protocol.All)
        {
            await using FakeProvider server = await FakeProvider.StartAsync(protocol.Cut(protocol.FirstText + 1, static wire => wire.StallAsync()));
            using var provider = new RemoteProvider(TestProviders.Options(server, protocol.Kind));
            using var cancellation = new CancellationTokenSource();
            string text = "";

            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (GenerationEvent e in provider.Generator.GenerateAsync(TestProviders.Chat("Hi"), cancellation.Token))
                {
                    text += (e as TextDelta)?.Text;
                    if (text.Length > 0)
                    {
                        await cancellation.CancelAsync();
                    }
                }
            });

            Assert.Equal("Hello", text);
            Assert.Single(server.Requests);
            Assert.Equal(provider.Options.Limits.Concurrency, provider.Gate.Free);
        }
    }

    [Theory]
    [InlineData(ProviderKind.OpenAI, 400, "context_length_exceeded", "too long", ProviderErrorKind.ContextLength)]
    [InlineData(ProviderKind.OpenAI, 400, "content_filter", "no", ProviderErrorKind.ContentFilter)]
    [InlineData(ProviderKind.OpenAI, 429, "insufficient_quota", "pay", ProviderErrorKind.RateLimit)]
    [InlineData(ProviderKind.Anthropic, 400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", ProviderErrorKind.ContextLength)]
    [InlineData(ProviderKind.Ollama, 400, "", "the prompt is longer than the context length currently available to the model", ProviderErrorKind.ContextLength)]
    public async Task Errors_are_told_apart(ProviderKind kind, int status, string code, string message, ProviderErrorKind expected)
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.Of(kind).Refusal(status, code, message, ("x-request-id", "req-7")));
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));

        (_, Exception? thrown) = await provider.Generator.TryAsync(TestProviders.Chat("Hi"));

        var error = Assert.IsType<ProviderException>(thrown);
        Assert.Equal((expected, (int?)status, message, "req-7", "fake"), (error.Kind, error.StatusCode, error.ProviderMessage, error.RequestId, error.Provider));
        Assert.Equal(code.Length > 0 ? code : null, error.ProviderCode);
        Assert.DoesNotContain(message, error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(ProviderKind.OpenAI, "model_not_found", "no such model")]
    [InlineData(ProviderKind.Anthropic, "not_found_error", "model: m-1")]
    [InlineData(ProviderKind.Ollama, "", "model 'm-1' not found")]
    public async Task A_model_that_is_not_there_is_that(ProviderKind kind, string code, string message)
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.Of(kind).Refusal(404, code, message));
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));

        (_, Exception? error) = await provider.Generator.TryAsync(TestProviders.Chat("Hi"));

        Assert.Equal("m-1", Assert.IsType<ModelNotFoundException>(error).Value);
    }
}
