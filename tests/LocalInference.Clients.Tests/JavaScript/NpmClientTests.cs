using LocalInference.Clients.Tests.Server;

namespace LocalInference.Clients.Tests.JavaScript;

/// <summary>Clients of JavaScript programs. What each scenario does and checks stands in <c>npm/CLIENT.mjs</c>.</summary>
public sealed class NpmClientTests(ModelServer server) : IClassFixture<ModelServer>
{
    [NpmTheory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("tools")]
    [InlineData("structured")]
    [InlineData("generate")]
    [InlineData("embed")]
    [InlineData("models")]
    [InlineData("store")]
    [InlineData("errors")]
    [InlineData("abort")]
    public Task Ollama_is_served(string scenario) => NpmClient.RunAsync("ollama", scenario, server);

    [NpmTheory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("tools")]
    [InlineData("streamed tools")]
    [InlineData("structured")]
    [InlineData("completions")]
    [InlineData("responses")]
    [InlineData("streamed responses")]
    [InlineData("response tools")]
    [InlineData("structured responses")]
    [InlineData("batches")]
    [InlineData("embed")]
    [InlineData("models")]
    [InlineData("errors")]
    public Task OpenAI_is_served(string scenario) => NpmClient.RunAsync("openai", scenario, server);

    [NpmTheory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("tools")]
    [InlineData("streamed tools")]
    [InlineData("structured")]
    [InlineData("models")]
    [InlineData("count")]
    [InlineData("errors")]
    public Task Anthropic_is_served(string scenario) => NpmClient.RunAsync("anthropic", scenario, server);

    [NpmTheory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("tools")]
    [InlineData("structured")]
    [InlineData("embed")]
    public Task LangChain_is_served(string scenario) => NpmClient.RunAsync("langchain", scenario, server);

    [NpmTheory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("tools")]
    [InlineData("structured")]
    [InlineData("embed")]
    public Task The_AI_SDK_is_served(string scenario) => NpmClient.RunAsync("ai-sdk", scenario, server);

    [NpmTheory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("tools")]
    [InlineData("streamed tools")]
    [InlineData("structured")]
    [InlineData("embed")]
    public Task The_AI_SDK_is_served_as_OpenAI(string scenario) => NpmClient.RunAsync("ai-sdk-openai", scenario, server);
}
