using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

public sealed class PriceTableTests
{
    [Fact]
    public void Every_shipped_price_has_a_source_a_date_and_sensible_amounts()
    {
        PriceTable table = PriceTable.Shipped;

        Assert.Equal("USD", table.Currency);
        Assert.NotEmpty(table.Entries);
        Assert.Equal(table.Entries.Count, table.Entries.Select(static entry => entry.Model).Distinct(StringComparer.Ordinal).Count());
        Assert.All(table.Entries, static entry =>
        {
            Assert.Matches("^(openai|anthropic)/", entry.Model);
            Assert.StartsWith("https://", entry.Source, StringComparison.Ordinal);
            Assert.InRange(entry.Date, new DateOnly(2024, 1, 1), new DateOnly(2026, 12, 31));
            Assert.InRange(entry.Price.Input, 0.01m, 100);
            Assert.True(entry.Price.CachedInput is null || entry.Price.CachedInput < entry.Price.Input);
            Assert.True(entry.Price.CacheWrite is null || entry.Price.CacheWrite > entry.Price.Input);
        });
    }

    [Theory]
    [InlineData("openai/gpt-5", 1.25)]
    [InlineData("OpenAI/GPT-5-mini", 0.25)]
    [InlineData("openai/gpt-5-mini-2025-08-07", 0.25)]
    [InlineData("anthropic/claude-opus-4-1-20250805", 15)]
    public void A_model_is_found_whatever_its_snapshot(string model, double input) => Assert.Equal((decimal)input, PriceTable.Shipped.Find(model)!.Price.Input);

    [Theory]
    [InlineData("openai/gpt-4o-mini-realtime-preview")]
    [InlineData("openai/gpt-5-pro")]
    [InlineData("mistral/large")]
    public void A_model_that_is_not_there_has_no_price(string model) => Assert.Null(PriceTable.Shipped.Find(model));

    [Fact]
    public void The_longest_entry_that_fits_holds()
    {
        PriceTable table = Read("""{"currency":"EUR","prices":[{"model":"a/*","input":1,"output":1,"date":"2026-01-02","source":"s"},{"model":"a/b*","input":2,"output":2,"cacheWrite":3,"date":"2026-01-02","source":"s"}]}""");

        Assert.Equal("EUR", table.Currency);
        Assert.Equal(new PriceEntry("a/b*", new ModelPrice(2, 2) { CacheWrite = 3 }, new DateOnly(2026, 1, 2), "s"), table.Find("a/bc"));
        Assert.Equal(1, table.Find("a/c")!.Price.Input);
    }

    [Theory]
    [InlineData("""{"currency":"EUR"}""")]
    [InlineData("""{"currency":"EUR","prices":[{"model":"a","input":-1,"output":1,"date":"2026-01-02","source":"s"}]}""")]
    [InlineData("""{"currency":"EUR","prices":[{"model":"a","output":1,"date":"2026-01-02","source":"s"}]}""")]
    [InlineData("""{"currency":"EUR","prices":[{"model":"a","input":1,"output":1,"date":"yesterday","source":"s"}]}""")]
    [InlineData("[")]
    public void A_table_that_is_none_is_refused(string json) => Assert.Equal("configuration_invalid", Assert.Throws<GenerationException>(() => Read(json)).Code);

    [Fact]
    public void A_file_that_is_not_there_is_refused() => Assert.Equal("configuration_invalid", Assert.Throws<GenerationException>(() => PriceTable.Load("/nowhere/prices.json")).Code);

    [Fact]
    public void What_is_configured_goes_before_the_table_and_local_models_cost_nothing()
    {
        var providers = new ProvidersOptions
        {
            Providers =
            [
                new ProviderOptions { Name = "work", Kind = ProviderKind.OpenAI, DefaultModel = "gpt-5", Models = [new RemoteModel { Name = "gpt-5-mini", Price = new(7, 7) }] },
                new ProviderOptions { Name = "vllm@gpu1", Kind = ProviderKind.Vllm, Address = new("http://gpu1/v1") },
            ],
            Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["fast"] = new() { Models = ["qwen", "work/gpt-5-mini", "work/gpt-5"] }, ["own"] = new() { Models = ["vllm@gpu1/x"] } },
        };
        var prices = new ModelPrices(new ModelNames(providers), PriceTable.Shipped);

        Assert.Equal(7, prices.Of("work/gpt-5-mini")!.Input);
        Assert.Equal(1.25m, prices.Of("work/gpt-5")!.Input);
        Assert.Equal(1.25m, prices.Of("work/")!.Input);
        Assert.Equal(14, prices.Of("fast")!.Input + prices.Of("fast")!.Output);
        Assert.Equal((ModelPrice.Free, ModelPrice.Free), (prices.Of("hf.co/org/model"), prices.Of(null)));
        Assert.Null(prices.Of("vllm@gpu1/x"));
        Assert.Null(prices.Of("own"));
    }

    private static PriceTable Read(string json) => PriceTable.Read(Encoding.UTF8.GetBytes(json), "test");
}
