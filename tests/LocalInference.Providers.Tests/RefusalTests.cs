using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

/// <summary>What a provider cannot do is refused before anything is sent, with the option's name.</summary>
public sealed class RefusalTests
{
    public static TheoryData<ProviderKind, string> Options => new()
    {
        { ProviderKind.OpenAI, "TopK" },
        { ProviderKind.OpenAI, "MinP" },
        { ProviderKind.OpenAI, "GrammarOutput" },
        { ProviderKind.OpenAI, "RegexOutput" },
        { ProviderKind.OpenAI, "ContextLength" },
        { ProviderKind.OpenAI, "IgnoreEndOfGeneration" },
        { ProviderKind.OpenAI, "Adapters" },
        { ProviderKind.OpenAI, "Reasoning.MaxTokens" },
        { ProviderKind.OpenAI, "Reasoning.Visibility" },
        { ProviderKind.OpenAI, "ContinueFinalMessage" },
        { ProviderKind.OpenAI, "Documents" },
        { ProviderKind.OpenAI, "Template" },
        { ProviderKind.OpenAI, "TemplateVariables" },
        { ProviderKind.OpenAI, "PrecedingTokens" },
        { ProviderKind.Vllm, "ContextLength" },
        { ProviderKind.Vllm, "Mirostat" },
        { ProviderKind.Anthropic, "Seed" },
        { ProviderKind.Anthropic, "LogProbabilities" },
        { ProviderKind.Anthropic, "PromptInput" },
        { ProviderKind.Anthropic, "TokenInput" },
        { ProviderKind.Anthropic, "PrecedingTokens" },
        { ProviderKind.Anthropic, "FrequencyPenalty" },
        { ProviderKind.Anthropic, "JsonOutput" },
        { ProviderKind.Ollama, "TokenInput" },
        { ProviderKind.Ollama, "PrecedingTokens" },
        { ProviderKind.Ollama, "Suffix" },
        { ProviderKind.Ollama, "LogitBias" },
        { ProviderKind.Ollama, "ToolMode" },
        { ProviderKind.Ollama, "AllowMultipleToolCalls" },
        { ProviderKind.Ollama, "strict" },
        { ProviderKind.Ollama, "GrammarOutput" },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task An_option_without_a_field_is_refused_by_its_name(ProviderKind kind, string option)
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Answer.Of(500, "{}"));
        using var provider = new RemoteProvider(TestProviders.Options(server, kind));

        (_, Exception? error) = await provider.Generator.TryAsync(With(option));

        var refused = Assert.IsType<GenerationException>(error);
        Assert.Equal(("option_unsupported", option), (refused.Code, refused.Value));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Content_without_a_form_is_refused()
    {
        foreach (ProviderKind kind in new[] { ProviderKind.OpenAI, ProviderKind.Anthropic, ProviderKind.Ollama })
        {
            await using FakeProvider server = await FakeProvider.StartAsync(Answer.Of(500, "{}"));
            using var provider = new RemoteProvider(TestProviders.Options(server, kind));

            (_, Exception? error) = await provider.Generator.TryAsync(TestProviders.Chat(new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "video/mp4")])));

            Assert.Equal("content_unsupported", Assert.IsType<GenerationException>(error).Code);
            Assert.Empty(server.Requests);
        }
    }

    [Fact]
    public async Task Hints_for_local_engines_are_passed_over()
    {
        foreach (Protocol protocol in Protocol.All)
        {
            (_, List<GenerationEvent> events) = await TestProviders.ExchangeAsync(
                protocol.Kind, TestProviders.Chat("Hi") with { Priority = RequestPriority.High, Caller = "somebody", KeepAlive = TimeSpan.Zero, ReturnTokens = true }, protocol.Whole);

            Assert.Equal("Hello world", events.Text());
        }
    }

    [Fact]
    public async Task Vectors_that_cannot_be_as_asked_for_are_refused()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Answer.Of(500, "{}"));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));
        var request = new EmbeddingRequest { Inputs = ["a"] };

        foreach ((EmbeddingRequest refused, string option) in new[] { (request with { Pooling = EmbeddingPooling.Cls }, "Pooling"), (request with { Truncation = TextTruncation.Start }, "Truncation"), (request with { Normalize = false }, "Normalize") })
        {
            GenerationException error = await Assert.ThrowsAsync<GenerationException>(async () => await provider.Embedder.EmbedAsync(refused));
            Assert.Equal(option, error.Value);
        }

        Assert.Empty(server.Requests);
    }

    private static GenerationRequest With(string option)
    {
        GenerationRequest request = TestProviders.Chat("Hi");
        var chat = (ChatInput)request.Input;
        AIFunctionDeclaration tool = AIFunctionFactory.CreateDeclaration("f", "F.", JsonDocument.Parse("""{"type":"object"}""").RootElement);
        JsonElement one = JsonDocument.Parse("1").RootElement;
        return option switch
        {
            "TopK" => request with { Sampling = new() { TopK = 1 } },
            "MinP" => request with { Sampling = new() { MinP = 0.1f } },
            "Seed" => request with { Sampling = new() { Seed = 1 } },
            "Mirostat" => request with { Sampling = new() { Mirostat = MirostatMode.Version1 } },
            "FrequencyPenalty" => request with { Sampling = new() { FrequencyPenalty = 1 } },
            "LogitBias" => request with { Sampling = new() { LogitBias = new Dictionary<int, float> { [1] = 1 } } },
            "JsonOutput" => request with { Output = new JsonOutput() },
            "GrammarOutput" => request with { Output = new GrammarOutput("root ::= \"a\"") },
            "RegexOutput" => request with { Output = new RegexOutput("a") },
            "ContextLength" => request with { ContextLength = 1 },
            "IgnoreEndOfGeneration" => request with { IgnoreEndOfGeneration = true },
            "Adapters" => request with { Adapters = [new("a")] },
            "LogProbabilities" => request with { LogProbabilities = 0 },
            "PromptInput" => request with { Input = new PromptInput { Text = "a" } },
            "Suffix" => request with { Input = new PromptInput { Text = "a", Suffix = "b" } },
            "TokenInput" => request with { Input = new TokenInput(new[] { 1 }) },
            "PrecedingTokens" => request with { Input = chat with { PrecedingTokens = new[] { 1 } } },
            "Reasoning.MaxTokens" => request with { Input = chat with { Reasoning = new() { MaxTokens = 1 } } },
            "Reasoning.Visibility" => request with { Input = chat with { Reasoning = new() { Visibility = ReasoningVisibility.InContent } } },
            "ContinueFinalMessage" => request with { Input = chat with { ContinueFinalMessage = true } },
            "Documents" => request with { Input = chat with { Documents = [new(null, "a")] } },
            "Template" => request with { Input = chat with { Template = new("a", PromptTemplateLanguage.Jinja) } },
            "TemplateVariables" => request with { Input = chat with { TemplateVariables = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["a"] = one } } },
            "ToolMode" => request with { Input = chat with { Tools = [tool], ToolMode = ChatToolMode.RequireAny } },
            "AllowMultipleToolCalls" => request with { Input = chat with { Tools = [tool], AllowMultipleToolCalls = false } },
            "strict" => request with { Input = chat with { Tools = [new StrictFunction(tool)] } },
            _ => throw new ArgumentOutOfRangeException(nameof(option), option, message: null),
        };
    }

    private sealed class StrictFunction(AIFunctionDeclaration inner) : AIFunctionDeclaration
    {
        public override string Name => inner.Name;

        public override string Description => inner.Description;

        public override JsonElement JsonSchema => inner.JsonSchema;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = new Dictionary<string, object?>(StringComparer.Ordinal) { ["strict"] = true };
    }
}
