using LocalInference.Abstractions;
using LocalInference.Testing;

namespace LocalInference.Providers.Tests;

/// <summary>A request that must not leave this machine never reaches the cloud, whatever fails here.</summary>
public sealed class PrivacyTests
{
    [Theory]
    [MemberData(nameof(FaultTests.Scripts), MemberType = typeof(FaultTests))]
    public async Task The_cloud_sees_nothing_under_any_fault(string name, ProviderKind kind)
    {
        FaultScript script = FaultScripts.All.Single(one => one.Name == name);
        await using FakeProvider cloud = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Whole);
        await using FakeProvider here = await FakeProvider.StartAsync(script.Answers(Protocol.Of(kind)));
        ProviderOptions local = TestProviders.Options(here, kind, "here") with { IsOnThisMachine = true, Keys = ApiKeys.Of(script.Keys), Resilience = script.Resilience(TestProviders.Quick) };
        using var router = new ModelRouter(
            RoutingTests.Options(local, TestProviders.Options(cloud, ProviderKind.OpenAI, "cloud")) with
            {
                Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["chain"] = new() { Models = ["cloud/m-1", "here/m-1"], ContinuesBrokenAnswers = true }, ["notes"] = new() { Models = ["here/m-1", "cloud/m-1"], Policy = RoutePolicy.LowestLatency, ContinuesBrokenAnswers = true } },
                LocalOnlyModels = ["not*"],
            },
            LocalServices.None);

        (string byRequest, Exception? first) = await router.Generator.TryAsync(TestProviders.Chat("secret") with { Model = "chain", LocalOnly = true });
        (_, Exception? second) = await router.Generator.TryAsync(TestProviders.Chat("secret") with { Model = "notes" });

        Assert.Equal((script.Text, script.Error is null), (byRequest, first is null));
        Assert.False(second is GenerationException);
        Assert.NotEmpty(here.Requests);
        Assert.Empty(cloud.Requests);
    }

    [Fact]
    public async Task What_must_not_leave_is_not_embedded_elsewhere()
    {
        await using FakeProvider cloud = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Whole);
        using var router = new ModelRouter(
            RoutingTests.Options(TestProviders.Options(cloud, ProviderKind.OpenAI, "cloud")) with { Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["vectors"] = new() { Models = ["cloud/m-1"] } } },
            LocalServices.None);

        foreach (string model in new[] { "cloud/m-1", "vectors" })
        {
            GenerationException error = await Assert.ThrowsAsync<GenerationException>(() => router.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = ["secret"], Model = model, LocalOnly = true }).AsTask());
            Assert.Equal("local_only", error.Code);
        }

        Assert.Empty(cloud.Requests);
    }

    [Fact]
    public async Task A_local_model_that_fails_is_not_followed_by_the_cloud()
    {
        await using FakeProvider cloud = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Whole);
        using var router = new ModelRouter(
            RoutingTests.Options(TestProviders.Options(cloud, ProviderKind.OpenAI, "cloud")) with
            {
                // The rule is that of the model; the route that has it is bound by it.
                Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["chain"] = new() { Models = ["diary:private", "cloud/m-1"] } },
                LocalOnlyModels = ["*:private"],
            },
            new LocalServices { Generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Fail(ScriptedFailure.Busy(TimeSpan.FromSeconds(1)))) });

        (_, Exception? error) = await router.Generator.TryAsync(TestProviders.Chat("secret") with { Model = "chain" });

        Assert.IsType<BusyException>(error);
        Assert.Empty(cloud.Requests);
    }

    [Fact]
    public async Task A_remote_model_by_its_own_name_refuses_what_must_stay()
    {
        await using FakeProvider cloud = await FakeProvider.StartAsync((_, _) => Protocol.OpenAI.Whole);
        ProviderOptions options = TestProviders.Options(cloud, ProviderKind.OpenAI, "cloud");
        using var router = new ModelRouter(RoutingTests.Options(options) with { LocalOnlyModels = ["cloud/secret*"], DefaultModel = "cloud/m-1" }, LocalServices.None);
        using var provider = new RemoteProvider(options);

        foreach ((ITextGenerator generator, GenerationRequest request) in new[]
        {
            (router.Generator, TestProviders.Chat("secret") with { Model = "cloud/m-1", LocalOnly = true }),
            (router.Generator, TestProviders.Chat("secret") with { LocalOnly = true }),
            (router.Generator, TestProviders.Chat("secret") with { Model = "cloud/secret-1" }),
            (provider.Generator, TestProviders.Chat("secret") with { LocalOnly = true }),
        })
        {
            (_, Exception? error) = await generator.TryAsync(request);
            Assert.Equal("local_only", Assert.IsType<GenerationException>(error).Code);
        }

        GenerationException refused = await Assert.ThrowsAsync<GenerationException>(async () => await router.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = ["secret"], Model = "cloud/secret-1" }));
        Assert.Equal("local_only", refused.Code);
        Assert.Empty(cloud.Requests);
    }
}
