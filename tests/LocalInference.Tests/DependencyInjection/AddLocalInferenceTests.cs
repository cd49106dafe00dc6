using LocalInference.Abstractions;
using LocalInference.TestModels;
using LocalInference.Tests.Chat;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Tests.DependencyInjection;

[Collection(ModelTests.Name)]
public sealed class AddLocalInferenceTests(ModelFixture fixture)
{
    [Fact]
    public async Task Models_are_found_by_name_and_loaded_when_needed()
    {
        await using ServiceProvider services = Services(builder => builder
            .AddModel("small", fixture.FileOf(TestModelSpec.Qwen2))
            .AddModel("other", fixture.FileOf(TestModelSpec.LlamaChat)));
        IRuntimeStatus status = services.GetRequiredService<IRuntimeStatus>();
        IChatClient client = services.GetRequiredKeyedService<IChatClient>("other");
        Assert.Empty(status.GetLoadedModels());

        ChatResponse response = await client.GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 3 });

        Assert.Equal("other", response.ModelId);
        Assert.True(response.Usage!.AdditionalCounts![ChatUsageNames.LoadDuration] > 0);
        Assert.Equal("other", Assert.Single(status.GetLoadedModels()).Name);
        Assert.Equal("other", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Same(client, services.GetRequiredKeyedService<IChatClient>("other"));
    }

    [Fact]
    public async Task Without_a_key_a_request_names_the_model_or_gets_the_default()
    {
        await using ServiceProvider services = Services(builder => builder
            .AddModel("small", fixture.FileOf(TestModelSpec.Qwen2))
            .AddModel("other", fixture.FileOf(TestModelSpec.LlamaChat)));
        IChatClient client = services.GetRequiredService<IChatClient>();

        Assert.Equal("small", (await client.GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 2 })).ModelId);
        Assert.Equal("other", (await client.GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 2, ModelId = "other" })).ModelId);
        ModelNotFoundException error = await Assert.ThrowsAsync<ModelNotFoundException>(() => client.GetResponseAsync("Hi", new ChatOptions { ModelId = "third" }));
        Assert.Contains("small, other", error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_load_serves_all_who_wait_for_it()
    {
        await using ServiceProvider services = Services(builder => builder.AddModel("m", fixture.FileOf(TestModelSpec.Qwen2)));
        ITextGenerator generator = services.GetRequiredKeyedService<ITextGenerator>("m");

        List<GenerationEvent>[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => generator.Answer(Answers.Ask(Answers.Chat("Hi"), 2))));

        Assert.Contains(answers, static answer => answer.End().Usage.LoadDuration > TimeSpan.Zero);
        ModelHost host = Assert.IsType<ModelHost>(services.GetRequiredService<IRuntimeStatus>());
        Assert.Equal(1, host.Counters.Loads);
        Assert.Equal(0, Assert.Single(host.GetLoadedModels()).RunningRequests);
    }

    [Fact]
    public async Task Models_embed_by_name_and_are_loaded_when_needed()
    {
        await using ServiceProvider services = Services(builder => builder
            .AddModel("chat", fixture.FileOf(TestModelSpec.Qwen2))
            .AddModel("vectors", fixture.FileOf(TestModelSpec.Bert)));
        IEmbeddingGenerator<string, Embedding<float>> generator = services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("vectors");

        GeneratedEmbeddings<Embedding<float>> keyed = await generator.GenerateAsync(["a b", "c"]);
        EmbeddingResult named = await services.GetRequiredService<IEmbedder>().EmbedAsync(new EmbeddingRequest { Model = "vectors", Inputs = [new("a b"), new("c")] });

        Assert.Equal(["vectors"], services.GetRequiredService<IRuntimeStatus>().GetLoadedModels().Select(static model => model.Name), StringComparer.Ordinal);
        Assert.Equal(keyed.Select(static e => e.Vector.ToArray()), named.Embeddings.Select(static e => e.Vector.ToArray()));
        Assert.Equal("vectors", named.Model);
        Assert.Equal("model_cannot_rank", (await Assert.ThrowsAsync<GenerationException>(async () =>
            await services.GetRequiredKeyedService<IReranker>("vectors").RerankAsync(new RerankRequest { Query = "a", Documents = ["b"] }))).Code);
    }

    [Fact]
    public async Task Disposing_the_container_frees_the_models()
    {
        ServiceProvider services = Services(builder => builder.AddModel("m", fixture.FileOf(TestModelSpec.Qwen2)));
        ITextGenerator generator = services.GetRequiredKeyedService<ITextGenerator>("m");
        await generator.Answer(Answers.Ask(Answers.Chat("Hi"), 2));

        await services.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.Answer(Answers.Ask(Answers.Chat("Hi"), 2)));
    }

    [Fact]
    public async Task A_model_is_unloaded_when_nobody_needs_it_and_loaded_anew()
    {
        await using ServiceProvider services = Services(builder => builder.AddModel("m", fixture.FileOf(TestModelSpec.Qwen2)));
        ITextGenerator generator = services.GetRequiredKeyedService<ITextGenerator>("m");
        IModelLifetime lifetime = services.GetRequiredService<IModelLifetime>();
        IRuntimeStatus status = services.GetRequiredService<IRuntimeStatus>();

        await lifetime.LoadAsync("m");
        Assert.Single(status.GetLoadedModels());
        Assert.True(await lifetime.UnloadAsync("m"));
        Assert.False(await lifetime.UnloadAsync("m"));
        Assert.False(await lifetime.UnloadAsync("nobody"));
        Assert.Empty(status.GetLoadedModels());

        // Kept for no time: gone when the answer is.
        GenerationEnded end = (await generator.Answer(Answers.Ask(Answers.Chat("Hi"), 2) with { KeepAlive = TimeSpan.Zero })).End();
        Assert.True(end.Usage.LoadDuration > TimeSpan.Zero);
        Assert.Empty(status.GetLoadedModels());

        // Kept for a while: a time is told.
        await generator.Answer(Answers.Ask(Answers.Chat("Hi"), 2) with { KeepAlive = TimeSpan.FromHours(1) });
        Assert.NotNull(Assert.Single(status.GetLoadedModels()).ExpiresAt);
        await generator.Answer(Answers.Ask(Answers.Chat("Hi"), 2) with { KeepAlive = TimeSpan.FromMilliseconds(30) });
        for (int i = 0; i < 3000 && status.GetLoadedModels().Count > 0; i++)
        {
            await Task.Delay(20);
        }

        Assert.Empty(status.GetLoadedModels());
    }

    [Fact]
    public async Task No_more_models_are_loaded_than_may_be()
    {
        await using ServiceProvider services = Services(builder => builder
            .AddModel(new ModelLocation("a", fixture.FileOf(TestModelSpec.Qwen2)) { KeepAlive = TimeSpan.FromHours(1) })
            .AddModel(new ModelLocation("b", fixture.FileOf(TestModelSpec.LlamaChat)) { KeepAlive = TimeSpan.FromHours(1) })
            .UseMaxLoadedModels(1));
        IModelLifetime lifetime = services.GetRequiredService<IModelLifetime>();

        await lifetime.LoadAsync("a");
        await lifetime.LoadAsync("b");

        Assert.Equal("b", Assert.Single(services.GetRequiredService<IRuntimeStatus>().GetLoadedModels()).Name);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddLocalInference().UseMaxLoadedModels(0));
    }

    [Fact]
    public async Task No_more_memory_is_taken_than_may_be()
    {
        await using ServiceProvider services = Services(builder => builder.AddModel("m", fixture.FileOf(TestModelSpec.Qwen2)).UseMemoryBudget(1000).UseMemoryTimeout(TimeSpan.MaxValue));

        ModelMemoryException error = await Assert.ThrowsAsync<ModelMemoryException>(() => services.GetRequiredService<IModelLifetime>().LoadAsync("m").AsTask());

        Assert.Equal("1000", error.Limit);
        LocalInferenceBuilder other = new ServiceCollection().AddLocalInference();
        Assert.Throws<ArgumentOutOfRangeException>(() => other.UseMemoryBudget(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => other.UseMemoryTimeout(Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task A_model_in_use_is_unloaded_behind_its_last_request()
    {
        await using ServiceProvider services = Services(builder => builder.AddModel("m", fixture.FileOf(TestModelSpec.Qwen2)));
        IModelLifetime lifetime = services.GetRequiredService<IModelLifetime>();
        Task<bool>? unload = null;
        await foreach (GenerationEvent e in services.GetRequiredService<ITextGenerator>().GenerateAsync(Answers.Ask(Answers.Chat("Hi"), 20) with { IgnoreEndOfGeneration = true }))
        {
            unload ??= lifetime.UnloadAsync("m").AsTask();
            Assert.False(unload.IsCompleted);
        }

        Assert.True(await unload!);
    }

    [Fact]
    public async Task A_load_that_failed_is_tried_again()
    {
        string path = fixture.FileOf(TestModelSpec.Qwen2) + ".later.gguf";
        await using ServiceProvider services = Services(builder => builder.AddModel("m", path));
        ITextGenerator generator = services.GetRequiredKeyedService<ITextGenerator>("m");

        await Assert.ThrowsAsync<ModelNotFoundException>(() => generator.Answer(Answers.Ask(Answers.Chat("Hi"), 2)));
        File.Copy(fixture.FileOf(TestModelSpec.Qwen2), path);

        await generator.Answer(Answers.Ask(Answers.Chat("Hi"), 2));
    }

    [Fact]
    public async Task The_catalog_describes_without_loading()
    {
        await using ServiceProvider services = Services(builder => builder.AddModel("m", fixture.FileOf(TestModelSpec.Qwen2)).AddModel("e", fixture.FileOf(TestModelSpec.Bert)));
        IModelCatalog catalog = services.GetRequiredService<IModelCatalog>();

        IReadOnlyList<ModelDescription> models = await catalog.ListModelsAsync();

        Assert.Equal(["m", "e"], models.Select(static model => model.Name), StringComparer.Ordinal);
        ModelDescription chat = (await catalog.FindModelAsync("m"))!;
        Assert.Equal(ModelCapabilities.Completion | ModelCapabilities.Chat, chat.Capabilities);
        Assert.Equal(ModelCapabilities.Embedding, (await catalog.FindModelAsync("e"))!.Capabilities);
        Assert.Equal(("qwen2", 256, "F32"), (chat.Architecture, chat.ContextLength, chat.Quantization));
        Assert.Null(await catalog.FindModelAsync("M"));
        Assert.Empty(services.GetRequiredService<IRuntimeStatus>().GetLoadedModels());
    }

    [Fact]
    public async Task A_configuration_names_models()
    {
        await using ServiceProvider services = new ServiceCollection().AddLocalInference(Configuration(
            ("LocalInference:DefaultModel", "b"),
            ("LocalInference:Models:a:Path", "nowhere.gguf"),
            ("LocalInference:Models:b:Path", fixture.FileOf(TestModelSpec.Qwen2)),
            ("LocalInference:Models:b:ContextLength", "128"),
            ("LocalInference:Models:b:KeepAlive", "00:10:00"),
            ("LocalInference:Models:b:AdaptThreads", "false"),
            ("LocalInference:Models:b:Sampling:Temperature", "0"),
            ("LocalInference:Models:b:Sampling:DrySequenceBreakers:0", "x"))).Services.BuildServiceProvider();
        IChatClient client = services.GetRequiredService<IChatClient>();

        string[] answers = [(await client.GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 12 })).Text, (await client.GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 12 })).Text];

        // Temperature 0 is the only setting under which two random streams agree.
        Assert.Equal(answers[0], answers[1]);
        LoadedModel model = Assert.Single(services.GetRequiredService<IRuntimeStatus>().GetLoadedModels());
        Assert.Equal(("b", 128), (model.Name, model.ContextLength));
        Assert.NotNull(model.ExpiresAt);
        Assert.Equal(0, (await services.GetRequiredService<IModelCatalog>().FindModelAsync("b"))!.Sampling.Temperature);
    }

    [Fact]
    public void A_wrong_configuration_names_all_that_is_wrong()
    {
        GenerationException error = Assert.Throws<GenerationException>(() => new ServiceCollection().AddLocalInference(Configuration(
            ("LocalInference:MaxLoadedModels", "0"),
            ("LocalInference:MemoryBudgetBytes", "much"),
            ("LocalInference:MemoryTimeout", "soon"),
            ("LocalInference:Models:a:ContextLength", "lots"),
            ("LocalInference:Models:a:AdaptThreads", "maybe"),
            ("LocalInference:Models:a:KeepAlive", "-00:01:00"),
            ("LocalInference:Models:a:Sampling:TopP", "high"),
            ("LocalInference:Models:b:KeepAlive", "30"))));

        Assert.Equal("configuration_invalid", error.Code);
        foreach (string fault in new[] { "LocalInference:MaxLoadedModels is '0', less than 1", "MemoryBudgetBytes is 'much'", "MemoryTimeout is 'soon'", "Models:a:Path is missing", "ContextLength is 'lots'", "AdaptThreads is 'maybe'", "KeepAlive is '-00:01:00'", "Sampling:TopP is 'high'", "Models:b:KeepAlive is '30', not a time such as 00:00:30" })
        {
            Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_name_is_given_once() =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddLocalInference().AddModel("m", "a.gguf").AddModel("m", "b.gguf"));

    [Fact]
    public async Task Adding_twice_adds_to_the_same()
    {
        var services = new ServiceCollection();
        services.AddLocalInference().AddModel("a", "a.gguf");
        services.AddLocalInference().AddModel("b", fixture.FileOf(TestModelSpec.Bert)).UseDefaultModel("b");
        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal("b", provider.GetRequiredService<ITextGenerator>().Metadata.DefaultModel);
        Assert.Single(provider.GetServices<IRuntimeStatus>());
    }

    private static ServiceProvider Services(Action<LocalInferenceBuilder> add)
    {
        LocalInferenceBuilder builder = new ServiceCollection().AddLocalInference();
        add(builder);
        return builder.Services.BuildServiceProvider();
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
}
