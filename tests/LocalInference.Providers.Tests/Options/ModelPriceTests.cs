using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

public sealed class ModelPriceTests
{
    private static readonly GenerationUsage s_usage = new()
    {
        PromptTokens = 1_000_000,
        CachedPromptTokens = 600_000,
        CacheWrittenTokens = 300_000,
        GeneratedTokens = 200_000,
        PromptDuration = TimeSpan.Zero,
        GenerationDuration = TimeSpan.Zero,
    };

    [Fact]
    public void Each_kind_of_token_has_its_price() =>
        Assert.Equal(0.3m + 0.18m + 1.125m + 3m, new ModelPrice(3, 15) { CachedInput = 0.3m, CacheWrite = 3.75m }.Of(s_usage));

    [Fact]
    public void What_has_no_price_of_its_own_costs_as_any_prompt() => Assert.Equal(3m + 3m, new ModelPrice(3, 15).Of(s_usage));

    [Fact]
    public void Nothing_costs_nothing() => Assert.Equal(0, ModelPrice.Free.Of(s_usage));
}
