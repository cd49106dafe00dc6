using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Tests.Memory;

[Collection(ModelTests.Name)]
public sealed class DefaultContextTests(ModelFixture fixture)
{
    private const long Plenty = 1L << 50;

    [Theory]
    [InlineData(2048, 2048)]
    [InlineData(32_768, 32_768)]
    [InlineData(131_072, 32_768)]
    [InlineData(0, 1)]
    public void With_memory_to_spare_it_is_the_models_own_up_to_32768(int trained, int expected) =>
        Assert.Equal(expected, DefaultContext.Choose(Describe(), trained, 512, Plenty));

    [Fact]
    public void It_shrinks_to_what_half_of_the_free_memory_holds()
    {
        GgufModelDescription model = Describe();
        MemoryEstimate half = MemoryEstimate.Of(model, 16_384, 512);
        long enough = 2 * (half.TotalBytes - half.WeightBytes);

        Assert.Equal(16_384, DefaultContext.Choose(model, 32_768, 512, enough));
        Assert.Equal(8_192, DefaultContext.Choose(model, 32_768, 512, enough - 2));
        Assert.Equal(512, DefaultContext.Choose(model, 32_768, 512, 0));
    }

    [Fact]
    public void Some_memory_is_free() => Assert.InRange(FreeMemory.Read(), 1L << 20, 1L << 50);

    private GgufModelDescription Describe()
    {
        using GgufFile file = GgufFile.Open(fixture.FileOf(TestModelSpec.Llama));
        return file.Describe();
    }
}
