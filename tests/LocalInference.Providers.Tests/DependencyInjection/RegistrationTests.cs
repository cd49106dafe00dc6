using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Providers.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Routes_go_over_what_was_registered_before()
    {
        await using FakeProvider server = await FakeProvider.StartAsync((_, _) => Protocol.Ollama.Whole);
        var services = new ServiceCollection();
        services.AddSingleton<ITextGenerator>(_ => new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("local")));
        services.AddLocalInferenceProviders(new ProvidersOptions { Providers = [TestProviders.Options(server, ProviderKind.Ollama, "ollama@gpu1")] });
        await using ServiceProvider provider = services.BuildServiceProvider();
        IChatClient chat = provider.GetRequiredService<IChatClient>();

        Assert.Equal("local", (await chat.GetResponseAsync("Hi")).Text);
        Assert.Equal("Hello world", (await chat.GetResponseAsync("Hi", new ChatOptions { ModelId = "ollama@gpu1/m-1" })).Text);
        Assert.Same(provider.GetRequiredService<ModelRouter>().Catalog, provider.GetRequiredService<IModelCatalog>());
        Assert.Same(provider.GetRequiredService<ModelRouter>().Batches, provider.GetRequiredService<IBatchClient>());
        Assert.NotNull(provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
        Assert.Equal(new TokenCount(5, IsEstimate: true), await provider.GetRequiredService<ITokenCounter>().CountTokensAsync(TestProviders.Chat("Hi") with { Model = "ollama@gpu1/m-1" }));
        Assert.Throws<InvalidOperationException>(() => services.AddLocalInferenceProviders(new ProvidersOptions()));
    }

    [Fact]
    public async Task Requests_begin_with_the_providers_that_the_configuration_has_then_and_end_with_those_they_began_with()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeProvider first = await FakeProvider.StartAsync(Protocol.OpenAI.Cut(Protocol.OpenAI.FirstText + 1, async wire =>
        {
            await goOn.Task;
            await wire.WriteAsync(string.Concat(Protocol.OpenAI.Pieces.Skip(Protocol.OpenAI.FirstText + 1)));
        }));
        await using FakeProvider second = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Whole);
        IConfigurationRoot configuration = Configuration(("Providers:cloud:Kind", "OpenAICompatible"), ("Providers:cloud:Resilience:Retries", "0"), ("Providers:cloud:Address", new Uri(first.Address, "/v1").ToString()));
        var services = new ServiceCollection();
        services.AddLocalInferenceProviders(configuration);
        services.AddLocalInferenceUsage(new UsageOptions());
        await using ServiceProvider provider = services.BuildServiceProvider();
        var router = provider.GetRequiredService<ModelRouter>();
        RemoteProvider old = router.FindProvider("cloud")!;

        await using IAsyncEnumerator<GenerationEvent> running = provider.GetRequiredService<ITextGenerator>().GenerateAsync(TestProviders.Chat("Hi") with { Model = "cloud/m" }).GetAsyncEnumerator();
        Assert.True(await running.MoveNextAsync());
        configuration["LocalInference:Providers:cloud:Address"] = new Uri(second.Address, "/v1").ToString();
        configuration["LocalInference:Providers:cloud:Models:0:Name"] = "m";
        configuration.Reload();
        List<GenerationEvent> other = await provider.GetRequiredService<ITextGenerator>().RunAsync(TestProviders.Chat("Hi") with { Model = "cloud/m" });
        goOn.SetResult();
        string text = "";
        while (await running.MoveNextAsync())
        {
            text += (running.Current as TextDelta)?.Text;
        }

        Assert.Equal(("Hello world", "Hello world"), (text, other.Text()));
        Assert.Equal((1, 1), (first.Requests.Count, second.Requests.Count));
        Assert.Equal("cloud/m", Assert.Single(await router.Catalog.ListModelsAsync()).Name);
        Assert.NotSame(old, router.FindProvider("cloud"));
        ProviderException closed = await Assert.ThrowsAsync<ProviderException>(() => old.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "m" }));
        Assert.IsType<ObjectDisposedException>(closed.InnerException);

        RemoteProvider now = router.FindProvider("cloud")!;
        configuration["LocalInference:Providers:cloud:Kind"] = "nothing that there is";
        configuration.Reload();
        Assert.Same(now, router.FindProvider("cloud"));
        configuration["LocalInference:Providers:cloud:Kind"] = "OpenAICompatible";
        configuration["LocalInference:Elsewhere"] = "changed";
        configuration.Reload();
        configuration["LocalInference:Elsewhere"] = "again";
        RemoteProvider last = router.FindProvider("cloud")!;
        configuration.Reload();
        Assert.Same(last, router.FindProvider("cloud"));
    }

    [Fact]
    public void A_router_that_was_disposed_takes_no_requests_and_no_providers()
    {
        var router = new ModelRouter(new ProvidersOptions(), new LocalServices { Generator = new ScriptedTextGenerator() });
        router.Dispose();
        router.Dispose();

        Assert.Throws<ObjectDisposedException>(router.Hold);
        Assert.Throws<ObjectDisposedException>(() => router.Use(new ProvidersOptions()));
    }

    [Fact]
    public async Task Chat_options_can_keep_a_request_here()
    {
        await using FakeProvider server = await FakeProvider.StartAsync((_, _) => Protocol.Ollama.Whole);
        using var router = new ModelRouter(new ProvidersOptions { Providers = [TestProviders.Options(server, ProviderKind.Ollama, "cloud")] }, LocalServices.None);
        using IChatClient chat = router.Generator.AsIChatClient();

        await Assert.ThrowsAsync<GenerationException>(() => chat.GetResponseAsync("Hi", new ChatOptions { ModelId = "cloud/m-1", AdditionalProperties = new() { [ChatOptionNames.LocalOnly] = true } }));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_port_in_a_providers_name_is_one()
    {
        ProvidersOptions options = ProvidersConfiguration.Read(Configuration(
            ("Providers:vllm@gpu1:8001:Key", "k1"),
            ("Providers:vllm@gpu1:8002:DefaultModel", "m"),
            ("Providers:ollama@gpu2:DefaultModel", "m")));

        Assert.Equal(["ollama@gpu2", "vllm@gpu1:8001", "vllm@gpu1:8002"], options.Providers.Select(static provider => provider.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        ProviderOptions first = options.Providers.Single(static provider => provider.Name == "vllm@gpu1:8001");
        Assert.Equal(new Uri("http://gpu1:8001/v1"), first.BaseAddress);
        Assert.Equal(["k1"], first.Keys.Values);
    }

    [Fact]
    public void A_configuration_is_read()
    {
        Environment.SetEnvironmentVariable("LOCALINFERENCE_TEST_FLEET_KEY", "k1,k2");
        ProvidersOptions options = ProvidersConfiguration.Read(Configuration(
            ("Providers:ollama@gpu1:DefaultModel", "llama"),
            ("Providers:fleet:Kind", "llamaserver"),
            ("Providers:fleet:Address", "http://10.0.0.5:8080/v1"),
            ("Providers:fleet:KeyVariable", "LOCALINFERENCE_TEST_FLEET_KEY"),
            ("Providers:fleet:Key", "k0"),
            ("Providers:fleet:Resilience:TryTimeout", "00:00:30"),
            ("Providers:fleet:Resilience:HedgeAfter", "00:00:02"),
            ("Providers:fleet:Limits:RequestsPerMinute", "60"),
            ("Providers:fleet:Models:0:Name", "qwen"),
            ("Providers:fleet:Models:0:Capabilities", "Chat, Vision"),
            ("Providers:fleet:Models:0:InputPrice", "0.25"),
            ("Providers:fleet:Models:0:OutputPrice", "2"),
            ("Routes:fast:Models:0", "qwen2.5:0.5b"),
            ("Routes:fast:Models:1", "fleet/qwen"),
            ("Routes:fast:Policy", "Overflow"),
            ("Routes:fast:OverflowAbove", "4"),
            ("Routes:fast:ContinuesBrokenAnswers", "true"),
            ("LocalOnlyModels:0", "*:private"),
            ("DefaultRoute", "fast")));

        ProviderOptions fleet = options.Providers.Single(static provider => provider.Name == "fleet");
        Assert.Equal((ProviderKind.LlamaServer, new Uri("http://10.0.0.5:8080/v1")), (fleet.Kind, fleet.BaseAddress));
        Assert.Equal(["k0", "k1", "k2"], fleet.Keys.Values);
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2), 3), (fleet.Resilience.TryTimeout, fleet.Resilience.HedgeAfter!.Value, fleet.Resilience.Retries));
        Assert.Equal(60, fleet.Limits.RequestsPerMinute);
        Assert.Equal(new RemoteModel { Name = "qwen", Capabilities = ModelCapabilities.Chat | ModelCapabilities.Vision, Price = new ModelPrice(0.25m, 2) }, Assert.Single(fleet.Models));
        ProviderOptions ollama = options.Providers.Single(static provider => provider.Name == "ollama@gpu1");
        Assert.Equal((ProviderKind.Ollama, new Uri("http://gpu1:11434"), "llama"), (ollama.Kind, ollama.BaseAddress, ollama.DefaultModel));
        ModelRoute route = options.Routes["FAST"];
        Assert.Equal((RoutePolicy.Overflow, 4, 2, true), (route.Policy, route.OverflowAbove, route.Models.Count, route.ContinuesBrokenAnswers));
        Assert.Equal(["*:private"], options.LocalOnlyModels);
        Assert.Equal("fast", options.DefaultModel);
    }

    [Fact]
    public void All_that_is_wrong_with_a_configuration_is_told_at_once()
    {
        GenerationException error = Assert.Throws<GenerationException>(() => ProvidersConfiguration.Read(Configuration(
            ("Providers:odd:Address", "http://x"),
            ("Providers:fleet:Kind", "vllm"),
            ("Providers:fleet:Limits:Concurrency", "many"),
            ("Providers:fleet:Limits:MaxWait", "10"),
            ("Providers:fleet:Resilience:TryTimeout", "30"),
            ("Providers:fleet:KeyFile", "/no/such/file"),
            ("Providers:openai:Key", "with space in it"),
            ("Routes:fast:Policy", "Whatever"))));

        foreach (string part in new[] { "odd:Kind", "fleet: Address", "Limits:Concurrency is 'many'", "Limits:MaxWait is '10', not a time such as 00:00:30", "Resilience:TryTimeout is '30', not a time", "KeyFile", "openai: a key", "Routes:fast:Policy", "'fast' has no models" })
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("with space", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", ProviderKind.OpenAI, null)]
    [InlineData("anthropic", ProviderKind.Anthropic, null)]
    [InlineData("ollama@gpu1", ProviderKind.Ollama, "http://gpu1:11434/")]
    [InlineData("vllm@gpu1:1234", ProviderKind.Vllm, "http://gpu1:1234/v1")]
    [InlineData("sglang@[::1]", ProviderKind.Vllm, "http://[::1]:30000/v1")]
    [InlineData("llama-server@10.0.0.1", ProviderKind.LlamaServer, "http://10.0.0.1:8080/v1")]
    [InlineData("localinference@box:80", ProviderKind.LocalInference, "http://box/v1")]
    [InlineData("openai@proxy", ProviderKind.OpenAI, "https://proxy/v1")]
    [InlineData("other@gpu1", null, null)]
    public void A_name_says_what_a_provider_is(string name, ProviderKind? kind, string? address) =>
        Assert.Equal((kind, address), (ProviderName.Read(name).Kind, ProviderName.Read(name).Address?.AbsoluteUri));

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static value => new KeyValuePair<string, string?>($"LocalInference:{value.Name}", value.Value))).Build();
}
