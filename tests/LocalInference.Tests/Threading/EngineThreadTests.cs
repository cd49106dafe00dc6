using LocalInference.TestModels;

namespace LocalInference.Tests.Threading;

[Collection(ModelTests.Name)]
public sealed class EngineThreadTests(ModelFixture fixture)
{
    [Fact]
    public async Task It_keeps_nothing_that_flowed_with_whoever_loaded_the_model()
    {
        var scope = new AsyncLocal<string?> { Value = "of the first request" };
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama));

        Assert.Null(await model.Engine.RunAsync(_ => scope.Value));
        Assert.NotNull(scope.Value);
    }
}
