using LocalInference.Gguf;
using LocalInference.Parity.Rounding;

namespace LocalInference.Parity.Tests.Rounding;

[Collection(ModelTests.Name)]
public sealed class RoundingScenarioTests(ModelFiles files)
{
    [Theory]
    [InlineData(GgufTensorType.F32, KvCacheType.F32)]
    [InlineData(GgufTensorType.F16, KvCacheType.F16)]
    [InlineData(GgufTensorType.Q8_0, KvCacheType.F16)]
    public async Task What_is_reused_cut_or_computed_together_is_what_is_computed_alone_but_for_rounding(GgufTensorType weights, KvCacheType cache)
    {
        string path = files.Of(weights);
        double bar = RoundingBars.Of(path, cache);

        IReadOnlyList<RoundingReport> reports = await RoundingScenarios.RunAsync(RoundingScenarios.Setup(path, cache, threads: 1), tokens: 32, seed: 1, default);

        Assert.Equal(3, reports.Count);
        Assert.All(reports, report => Assert.True(report.Meets(bar), $"{report} (bar {bar})"));
    }

    [Theory]
    [InlineData(GgufTensorType.F32, KvCacheType.F32, RoundingBars.F32)]
    [InlineData(GgufTensorType.F32, KvCacheType.F16, RoundingBars.F16)]
    [InlineData(GgufTensorType.F16, KvCacheType.F32, RoundingBars.F16)]
    [InlineData(GgufTensorType.F16, KvCacheType.Q8_0, RoundingBars.Quantized)]
    [InlineData(GgufTensorType.Q8_0, KvCacheType.F32, RoundingBars.Quantized)]
    public void The_bar_is_that_of_the_coarser_of_weights_and_cache(GgufTensorType weights, KvCacheType cache, double bar) =>
        Assert.Equal(bar, RoundingBars.Of(files.Of(weights), cache));
}
