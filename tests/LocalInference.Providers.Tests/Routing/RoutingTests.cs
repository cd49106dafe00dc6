using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

public sealed class RoutingTests
{
    [Fact]
    public async Task Names_lead_to_local_and_remote_models()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        var local = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("local"));
        using var router = new ModelRouter(Options(TestProviders.Options(server, ProviderKind.OpenAICompatible, "vllm@gpu1")), new LocalServices { Generator = local });

        Assert.Equal("local", (await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "qwen2.5:0.5b" })).Text());
        Assert.Equal("local", (await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "hf.co/somebody/model" })).Text());
        List<GenerationEvent> events = await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "VLLM@gpu1/org/m-7" });

        Assert.Equal("Hello world", events.Text());
        Assert.Equal("org/m-7", (string?)server.Request.Json["model"]);
        Assert.Equal(["qwen2.5:0.5b", "hf.co/somebody/model"], local.Requests.Select(static request => request.Model), StringComparer.Ordinal);
        Assert.Equal(new GenerationRoute("vllm@gpu1", "VLLM@gpu1/org/m-7", "named", 1), Assert.IsType<GenerationStarted>(events[0]).Route);
    }

    [Fact]
    public async Task A_host_that_nobody_configured_is_not_asked()
    {
        using var router = new ModelRouter(new ProvidersOptions(), new LocalServices { Generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("local")) });

        (_, Exception? error) = await router.Generator.TryAsync(TestProviders.Chat("Hi") with { Model = "ollama@internal.example/llama" });

        Assert.IsType<ModelNotFoundException>(error);
    }

    [Fact]
    public async Task The_next_model_answers_where_one_fails_and_the_answer_says_so()
    {
        await using FakeProvider bad = await FakeProvider.StartAsync(Protocol.OpenAI.Refusal(500));
        await using FakeProvider good = await FakeProvider.StartAsync(Protocol.Anthropic.Whole);
        using ModelRouter router = Chain(RoutePolicy.InOrder, TestProviders.Options(bad, ProviderKind.OpenAI, "a"), TestProviders.Options(good, ProviderKind.Anthropic, "b"));
        using IChatClient client = router.Generator.AsIChatClient();

        ChatResponse response = await client.GetResponseAsync("Hi", new ChatOptions { ModelId = "chain" });

        Assert.Equal("Hello world", response.Text);
        var route = Assert.IsType<GenerationRoute>(response.Messages[0].AdditionalProperties![ChatUsageNames.Route]);
        Assert.Equal(new GenerationRoute("b", "b/m-1", "'a/m-1' failed: provider_outage", 2), route);
    }

    [Theory]
    [InlineData(400, "invalid_request_error", ProviderErrorKind.BadRequest)]
    [InlineData(400, "content_filter", ProviderErrorKind.ContentFilter)]
    public async Task Nobody_else_is_asked_what_was_refused(int status, string code, ProviderErrorKind expected)
    {
        await using FakeProvider bad = await FakeProvider.StartAsync(Protocol.OpenAI.Refusal(status, code));
        await using FakeProvider good = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        using ModelRouter router = Chain(RoutePolicy.InOrder, TestProviders.Options(bad, ProviderKind.OpenAI, "a"), TestProviders.Options(good, ProviderKind.OpenAI, "b"));

        (_, Exception? error) = await router.Generator.TryAsync(TestProviders.Chat("Hi") with { Model = "chain" });

        Assert.Equal(expected, Assert.IsType<ProviderException>(error).Kind);
        Assert.Empty(good.Requests);
    }

    [Fact]
    public async Task An_answer_that_has_begun_is_not_begun_again()
    {
        await using FakeProvider bad = await FakeProvider.StartAsync(Protocol.OpenAI.Cut(2, static _ => Task.CompletedTask));
        await using FakeProvider good = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        using ModelRouter router = Chain(RoutePolicy.InOrder, TestProviders.Options(bad, ProviderKind.OpenAI, "a"), TestProviders.Options(good, ProviderKind.OpenAI, "b"));

        (string text, Exception? error) = await router.Generator.TryAsync(TestProviders.Chat("Hi") with { Model = "chain" });

        Assert.Equal(("Hello", ProviderErrorKind.Network), (text, Assert.IsType<ProviderException>(error).Kind));
        Assert.Empty(good.Requests);
    }

    [Fact]
    public async Task A_caller_that_cancels_starts_no_fallback()
    {
        await using FakeProvider silent = await FakeProvider.StartAsync(new Answer(static wire => wire.StallAsync()));
        await using FakeProvider good = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        using ModelRouter router = Chain(RoutePolicy.InOrder, TestProviders.Options(silent, ProviderKind.OpenAI, "a"), TestProviders.Options(good, ProviderKind.OpenAI, "b"));
        using var cancellation = new CancellationTokenSource(200);

        (_, Exception? error) = await router.Generator.TryAsync(TestProviders.Chat("Hi") with { Model = "chain" }, cancellation.Token);

        Assert.IsAssignableFrom<OperationCanceledException>(error);
        Assert.Empty(good.Requests);
    }

    [Fact]
    public async Task A_model_that_cannot_take_the_options_is_passed_over()
    {
        await using FakeProvider first = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        await using FakeProvider second = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        using ModelRouter router = Chain(RoutePolicy.InOrder, TestProviders.Options(first, ProviderKind.OpenAI, "a"), TestProviders.Options(second, ProviderKind.Vllm, "b"));

        List<GenerationEvent> events = await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "chain", Sampling = new() { TopK = 3 } });

        Assert.Equal("'a/m-1' failed: option_unsupported", Assert.IsType<GenerationStarted>(events[0]).Route!.Reason);
        Assert.Empty(first.Requests);
    }

    [Fact]
    public async Task A_local_model_that_fails_before_its_first_word_is_followed_by_the_cloud()
    {
        await using FakeProvider cloud = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        var local = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Fail(ScriptedFailure.Busy(TimeSpan.FromSeconds(1))));
        using var router = new ModelRouter(
            Options(TestProviders.Options(cloud, ProviderKind.OpenAI, "cloud")) with { Routes = Route(new() { Models = ["cloud/m-1", "small"], Policy = RoutePolicy.LocalFirst }) },
            new LocalServices { Generator = local });

        List<GenerationEvent> events = await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "chain" });

        Assert.Equal(("cloud", 2), (Assert.IsType<GenerationStarted>(events[0]).Route!.Provider, Assert.IsType<GenerationStarted>(events[0]).Route!.Attempts));
        Assert.Equal("small", Assert.Single(local.Requests).Model);
    }

    [Fact]
    public async Task The_cheapest_model_that_can_is_asked_first()
    {
        await using FakeProvider server = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Whole);
        ProviderOptions provider = TestProviders.Options(server, ProviderKind.OpenAI, "p") with
        {
            Models =
            [
                new() { Name = "dear", Price = new(5, 25), ContextLength = 100_000 },
                new() { Name = "small", Price = new(1, 2), ContextLength = 100 },
                new() { Name = "plain", Price = new(0.5m, 1), Capabilities = ModelCapabilities.Chat, ContextLength = 100_000 },
            ],
        };
        using var router = new ModelRouter(Options(provider) with { Routes = Route(new() { Models = ["p/dear", "p/unknown", "p/small", "p/plain"], Policy = RoutePolicy.Cheapest }) }, LocalServices.None);
        AIFunctionDeclaration tool = AIFunctionFactory.CreateDeclaration("f", "F.", System.Text.Json.JsonDocument.Parse("{}").RootElement);
        GenerationRequest request = TestProviders.Chat("Hi") with { Model = "chain", MaxTokens = 10 };

        await router.Generator.RunAsync(request);
        await router.Generator.RunAsync(request with { Input = (ChatInput)request.Input with { Tools = [tool] } });
        await router.Generator.RunAsync(request with { Input = (ChatInput)request.Input with { Tools = [tool] }, MaxTokens = 500 });

        Assert.Equal(["plain", "small", "dear"], server.Requests.Select(static sent => (string?)sent.Json["model"]), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_quickest_model_is_asked_once_all_are_known()
    {
        var time = new ManualTime();
        await using FakeProvider slow = await FakeProvider.StartAsync((_, _) => After(TimeSpan.FromSeconds(0.3)));
        await using FakeProvider quick = await FakeProvider.StartAsync((_, _) => After(TimeSpan.FromSeconds(0.1)));
        using var router = new ModelRouter(
            Options(TestProviders.Options(slow, ProviderKind.OpenAI, "a"), TestProviders.Options(quick, ProviderKind.OpenAI, "b")) with { Routes = Route(new() { Models = ["a/m-1", "b/m-1"], Policy = RoutePolicy.LowestLatency }) },
            LocalServices.None,
            time);

        for (int i = 0; i < 5; i++)
        {
            await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "chain" });
        }

        Assert.Single(slow.Requests);
        Assert.Equal(4, quick.Requests.Count);

        // No time passes for the router but what the providers take.
        Answer After(TimeSpan latency) => new(async wire =>
        {
            time.Advance(latency);
            await Protocol.OpenAI.Whole.WriteAsync(wire);
        });
    }

    [Fact]
    public async Task Who_fails_at_once_is_not_the_quickest()
    {
        await using FakeProvider broken = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Refusal(401));
        await using FakeProvider sound = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Whole);
        using ModelRouter router = Chain(RoutePolicy.LowestLatency, TestProviders.Options(broken, ProviderKind.OpenAI, "a"), TestProviders.Options(sound, ProviderKind.OpenAI, "b"));
        for (int i = 0; i < 3; i++)
        {
            await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "chain" });
        }

        Assert.Single(broken.Requests);
        Assert.Equal(3, sound.Requests.Count);
    }

    [Fact]
    public async Task Requests_overflow_to_the_cloud_while_too_many_wait()
    {
        await using FakeProvider cloud = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Whole);
        var status = new Status();
        using var router = new ModelRouter(
            Options(TestProviders.Options(cloud, ProviderKind.OpenAI, "cloud")) with { Routes = Route(new() { Models = ["small", "cloud/m-1"], Policy = RoutePolicy.Overflow, OverflowAbove = 2 }) },
            new LocalServices { Generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("local")), Status = status });

        Assert.Equal("local", (await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "chain" })).Text());
        status.Waiting = 3;
        List<GenerationEvent> events = await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "chain" });

        Assert.Equal("route 'chain': 3 wait for the local model", Assert.IsType<GenerationStarted>(events[0]).Route!.Reason);
    }

    [Fact]
    public async Task Vectors_come_from_one_model_only()
    {
        await using FakeProvider bad = await FakeProvider.StartAsync(Protocol.OpenAI.Refusal(400));
        await using FakeProvider good = await FakeProvider.StartAsync(Answer.Of(200, """{"data":[{"embedding":[1]}]}"""));
        using ModelRouter router = Chain(RoutePolicy.InOrder, TestProviders.Options(bad, ProviderKind.OpenAI, "a"), TestProviders.Options(good, ProviderKind.OpenAI, "b"));

        await Assert.ThrowsAsync<ProviderException>(async () => await router.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = ["x"], Model = "chain" }));
        await router.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = ["x"], Model = "b/e-1" });

        Assert.Equal("e-1", (string?)good.Request.Json["model"]);
    }

    [Fact]
    public async Task The_catalogue_has_routes_and_remote_models_with_what_they_can_do()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        ProviderOptions provider = TestProviders.Options(server, ProviderKind.OpenAI, "p") with
        {
            Models = [new() { Name = "x", Capabilities = ModelCapabilities.Chat | ModelCapabilities.Vision, ContextLength = 10 }, new() { Name = "y", ContextLength = 20 }],
        };
        using var router = new ModelRouter(Options(provider) with { Routes = Route(new() { Models = ["p/x", "p/y"] }) }, LocalServices.None);

        IReadOnlyList<ModelDescription> models = await router.Catalog.ListModelsAsync();

        Assert.Equal(["chain", "p/x", "p/y"], models.Select(static model => model.Name), StringComparer.Ordinal);
        Assert.Equal((ModelCapabilities.Chat, 10), (models[0].Capabilities, models[0].ContextLength));
        Assert.Equal(20, (await router.Catalog.FindModelAsync("P/Y"))!.ContextLength);
        Assert.NotNull(await router.Catalog.FindModelAsync("Chain"));
        Assert.Null(await router.Catalog.FindModelAsync("z"));
        Assert.Empty(server.Requests);
    }

    internal static ProvidersOptions Options(params ProviderOptions[] providers) => new() { Providers = providers };

    private static Dictionary<string, ModelRoute> Route(ModelRoute route) => new(StringComparer.Ordinal) { ["chain"] = route };

    private static ModelRouter Chain(RoutePolicy policy, params ProviderOptions[] providers) => new(
        Options(providers) with { Routes = Route(new() { Models = [.. providers.Select(static provider => $"{provider.Name}/m-1")], Policy = policy }) }, LocalServices.None);

    private sealed class Status : IRuntimeStatus
    {
        public int Waiting { get; set; }

        public IReadOnlyList<LoadedModel> GetLoadedModels() => [new() { Name = "small", WaitingRequests = Waiting }, new() { Name = "other", WaitingRequests = 99 }];
    }
}
