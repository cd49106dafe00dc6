using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Providers.Tests;

public sealed class UsageRegistrationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("registration-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Meter_and_cache_of_a_configuration_stand_around_what_was_registered_before()
    {
        string prices = Path.Combine(_folder, "prices.json");
        await File.WriteAllTextAsync(prices, """{"currency":"EUR","prices":[{"model":"cloud/*","input":1000000,"output":1000000,"date":"2026-01-01","source":"s"}]}""");
        await using FakeProvider server = await FakeProvider.StartAsync((_, _) => Protocol.Ollama.Whole);
        var services = new ServiceCollection();
        services.AddSingleton<ITextGenerator>(_ => new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("local")));
        services.AddLocalInferenceProviders(new ProvidersOptions { Providers = [TestProviders.Options(server, ProviderKind.Ollama, "cloud")] });
        services.AddLocalInferenceUsage(Configuration(
            ("Usage:Ledger", Path.Combine(_folder, "usage.db")),
            ("Usage:PriceFile", prices),
            ("Usage:Budgets:daily:Limit", "11"),
            ("Usage:Budgets:daily:Models", "cloud/*"),
            ("ResponseCache:MaxEntries", "10")));
        await using ServiceProvider provider = services.BuildServiceProvider();
        var generator = provider.GetRequiredService<ITextGenerator>();
        GenerationRequest request = TestProviders.Chat("Hi") with { Model = "cloud/m-1", MaxTokens = 2, Sampling = SamplingOverrides.Greedy };

        List<GenerationEvent> first = await generator.RunAsync(request);
        List<GenerationEvent> second = await generator.RunAsync(request);
        await Assert.ThrowsAsync<BudgetException>(() => generator.RunAsync(request with { MaxTokens = 3 }));
        await Assert.ThrowsAsync<BudgetException>(() => provider.GetRequiredService<IBatchClient>().SubmitAsync([new("a", request with { MaxTokens = 30 })]).AsTask());
        Assert.Equal("local", (await generator.RunAsync(TestProviders.Chat("Hi"))).Text());

        Assert.Equal((11m, AnswerReuse.None), Usage(first));
        Assert.Equal((0m, AnswerReuse.Exact), Usage(second));
        Assert.Single(server.Requests);
        var ledger = provider.GetRequiredService<UsageLedger>();
        await ledger.FlushAsync();
        Assert.Equal(3, Assert.Single(await ledger.SumAsync(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue)).Requests);
        Assert.Equal(1, provider.GetRequiredService<ResponseCache>().Count);
    }

    [Fact]
    public void A_configuration_that_says_nothing_adds_nothing()
    {
        var services = new ServiceCollection();

        services.AddLocalInferenceUsage(Configuration(("Providers:x:Kind", "OpenAI")));

        Assert.Empty(services);
    }

    [Fact]
    public void What_is_wrong_is_told()
    {
        GenerationException usage = Assert.Throws<GenerationException>(() => ProvidersConfiguration.ReadUsage(Configuration(("Usage:Budgets:daily:Period", "Year"))));
        GenerationException cache = Assert.Throws<GenerationException>(() => ProvidersConfiguration.ReadCache(Configuration(("ResponseCache:MaxEntries", "0"), ("ResponseCache:MaxBytes", "many"), ("ResponseCache:TimeToLive", "3600"))));

        Assert.Contains("daily:Limit is missing", usage.Message, StringComparison.Ordinal);
        Assert.Contains("daily:Period", usage.Message, StringComparison.Ordinal);
        Assert.Contains("MaxBytes", cache.Message, StringComparison.Ordinal);
        Assert.Contains("TimeToLive is '3600', not a time", cache.Message, StringComparison.Ordinal);
        Assert.Contains("above 0", cache.Message, StringComparison.Ordinal);
    }

    private static (decimal? Cost, AnswerReuse Reuse) Usage(List<GenerationEvent> events)
    {
        GenerationUsage usage = Assert.IsType<GenerationEnded>(events[^1]).Usage;
        return (usage.Cost, usage.Reuse);
    }

    private static IConfiguration Configuration(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static value => new KeyValuePair<string, string?>($"LocalInference:{value.Name}", value.Value))).Build();
}
