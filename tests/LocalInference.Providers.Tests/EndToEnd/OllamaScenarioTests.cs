using LocalInference.Tests;

namespace LocalInference.Providers.Tests;

/// <summary>The scenarios through Ollama's interface.</summary>
[Collection(ModelTests.Name)]
public sealed class OllamaScenarioTests(ModelFixture fixture) : AdapterScenarios(fixture, ProviderKind.Ollama)
{
    [Theory(Skip = "Ollama's interface cannot require a call.")]
    [InlineData(false)]
    [InlineData(true)]
    public override Task A_required_function_is_called_with_what_fits(bool streams) => base.A_required_function_is_called_with_what_fits(streams);

    [Fact(Skip = "Ollama's interface cannot require a call, nor tell which tokens of a prompt were cached.")]
    public override Task A_call_its_result_and_an_answer_make_a_conversation() => base.A_call_its_result_and_an_answer_make_a_conversation();
}
