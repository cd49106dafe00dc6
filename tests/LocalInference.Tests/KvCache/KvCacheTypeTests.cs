using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.KvCaching;

[Collection(ModelTests.Name)]
public sealed class KvCacheTypeTests(ModelFixture fixture)
{
    // Heads of 32: a quantised block fills one.
    private static readonly TestModelSpec s_spec = TestModelSpec.Qwen3;

    [Theory]
    [InlineData(KvCacheType.F32, KvCacheType.F32, null, 0.004f)]
    [InlineData(KvCacheType.F16, KvCacheType.F16, false, 0.004f)]
    [InlineData(KvCacheType.Q8_0, KvCacheType.Q8_0, null, 0.1f)]
    [InlineData(KvCacheType.Q8_0, KvCacheType.F16, null, 0.1f)]
    [InlineData(KvCacheType.Q4_0, KvCacheType.Q4_0, true, 1f)]
    public async Task A_model_answers_with_every_type(KvCacheType keys, KvCacheType values, bool? flash, float rounding)
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(s_spec), new() { ContextLength = 256, KeyType = keys, ValueType = values, FlashAttention = flash });
        model.Engine.VerifiesCache = true;
        int[] prompt = Prompts.Of(1, 60);
        int[] answer = await model.GenerateAsync(prompt, Generations.Greedy(24)).Tokens();
        Assert.Equal(24, answer.Length);
        Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(s_spec), prompt, answer), 0, rounding);
        await model.GenerateAsync(Prompts.Of(2, 100), Generations.Greedy(4)).Tokens();
        int[] again = await model.GenerateAsync((int[])[.. prompt, .. answer], Generations.Greedy(4)).Tokens();
        Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(s_spec), [.. prompt, .. answer], again), 0, rounding);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task Quantised_values_without_flash_attention_are_refused()
    {
        GenerationException refused = await Assert.ThrowsAsync<GenerationException>(() => LocalModel.LoadAsync(fixture.FileOf(s_spec), new() { ValueType = KvCacheType.Q8_0, FlashAttention = false }));
        Assert.Equal("invalid_option", refused.Code);
    }

    [Fact]
    public async Task A_type_whose_blocks_do_not_fit_the_heads_is_refused_and_not_aborted()
    {
        GenerationException blocks = await Assert.ThrowsAsync<GenerationException>(() => LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 64, KeyType = KvCacheType.Q8_0, ValueType = KvCacheType.Q8_0 }));
        Assert.Contains("blocks of 32", blocks.Message, StringComparison.Ordinal);
    }
}
