using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

/// <summary>A request that goes out through an adapter and in through this project's own server is the one that was sent, and so is the answer.</summary>
public sealed class OwnServerTests
{
    [Theory]
    [InlineData(ProviderKind.LocalInference)]
    [InlineData(ProviderKind.Ollama)]
    public async Task A_conversation_and_its_answer_come_through(ProviderKind kind)
    {
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Think("Hm, well.").ThenSay("Let me look. ").ThenCall("weather", "{\"city\":\"Bonn\"}", "call-7"));
        await using OwnServer server = await OwnServer.StartAsync(generator);
        using RemoteProvider provider = server.Provider(kind);
        AIFunctionDeclaration weather = AIFunctionFactory.CreateDeclaration("weather", "The weather.", JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""").RootElement);
        GenerationRequest request = TestProviders.Chat(
            new ChatMessage(ChatRole.System, "Be brief."),
            new ChatMessage(ChatRole.User, "Weather?"),
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("Bonn?"), new FunctionCallContent("c1", "weather", new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Köln" })]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", "dry")]),
            new ChatMessage(ChatRole.User, "And in Bonn?")) with
        {
            MaxTokens = 50,
            StopSequences = ["END"],
            ContextLength = 2048,
            Sampling = new() { Temperature = 0.5f, TopK = 7, Seed = 3, RepeatPenalty = 1.25f },
        };
        request = request with { Input = (ChatInput)request.Input with { Tools = [weather], Reasoning = new() { Enabled = true, Effort = "low" } } };

        List<GenerationEvent> events = await provider.Generator.RunAsync(request);

        GenerationRequest got = Assert.Single(generator.Requests);
        Assert.Equal((50, 2048, 0.5f, 7, 3u, 1.25f), (got.MaxTokens, got.ContextLength, got.Sampling.Temperature, got.Sampling.TopK, got.Sampling.Seed, got.Sampling.RepeatPenalty));
        Assert.Equal(["END"], got.StopSequences);
        var chat = (ChatInput)got.Input;
        Assert.Equal((true, "low", "weather"), (chat.Reasoning.Enabled, chat.Reasoning.Effort, Assert.Single(chat.Tools).Name));
        Assert.Equal("system user assistant tool user", string.Join(' ', chat.Messages.Select(static message => message.Role.Value)));
        Assert.Equal("Bonn?", Assert.Single(chat.Messages[2].Contents.OfType<TextReasoningContent>()).Text);
        FunctionCallContent call = Assert.Single(chat.Messages[2].Contents.OfType<FunctionCallContent>());
        Assert.Equal(("c1", "Köln"), (call.CallId, call.Arguments!["city"]!.ToString()));
        FunctionResultContent result = Assert.Single(chat.Messages[3].Contents.OfType<FunctionResultContent>());
        Assert.Equal(("c1", "dry"), (result.CallId, result.Result!.ToString()));

        Assert.Equal("Hm, well.", string.Concat(events.OfType<ReasoningDelta>().Select(static delta => delta.Text)));
        Assert.Equal("Let me look. ", events.Text());
        Assert.Equal(new ToolCallCompleted(0, "call-7", "weather", "{\"city\":\"Bonn\"}", true), Assert.Single(events.OfType<ToolCallCompleted>()));
        var ended = Assert.IsType<GenerationEnded>(events[^1]);
        Assert.Equal((FinishReason.ToolCalls, 10), (ended.FinishReason, ended.Usage.PromptTokens));
        Assert.True(ended.Usage.GeneratedTokens > 0);
    }

    [Fact]
    public async Task A_conversation_and_its_answer_come_through_in_Anthropics_form()
    {
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Think("Hm, well.").ThenSay("Let me look. ").ThenCall("weather", "{\"city\":\"Bonn\"}", "call-7"));
        await using OwnServer server = await OwnServer.StartAsync(generator);
        using RemoteProvider provider = server.Provider(ProviderKind.Anthropic);
        AIFunctionDeclaration weather = AIFunctionFactory.CreateDeclaration("weather", "The weather.", JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""").RootElement);
        GenerationRequest request = TestProviders.Chat(
            new ChatMessage(ChatRole.System, "Be brief."),
            new ChatMessage(ChatRole.User, "Weather?"),
            new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "weather", new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Köln" })]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", "dry")]),
            new ChatMessage(ChatRole.User, "And in Bonn?")) with
        {
            MaxTokens = 50,
            StopSequences = ["END"],
            Sampling = new() { Temperature = 0.5f, TopK = 7 },
        };
        request = request with { Input = (ChatInput)request.Input with { Tools = [weather] } };

        List<GenerationEvent> events = await provider.Generator.RunAsync(request);

        GenerationRequest got = Assert.Single(generator.Requests);
        Assert.Equal((50, 0.5f, 7), (got.MaxTokens, got.Sampling.Temperature, got.Sampling.TopK));
        Assert.Equal(["END"], got.StopSequences);
        var chat = (ChatInput)got.Input;
        Assert.Equal("weather", Assert.Single(chat.Tools).Name);
        Assert.Equal(("c1", "Köln"), chat.Messages.SelectMany(static m => m.Contents).OfType<FunctionCallContent>().Select(static c => (c.CallId, c.Arguments!["city"]!.ToString())).Single());
        Assert.Equal(("c1", "dry"), chat.Messages.SelectMany(static m => m.Contents).OfType<FunctionResultContent>().Select(static r => (r.CallId, r.Result!.ToString())).Single());
        Assert.Equal("And in Bonn?", chat.Messages[^1].Text);

        Assert.Equal("Let me look. ", events.Text());
        Assert.Equal(new ToolCallCompleted(0, "call-7", "weather", "{\"city\":\"Bonn\"}", true), Assert.Single(events.OfType<ToolCallCompleted>()));
        Assert.Equal(FinishReason.ToolCalls, Assert.IsType<GenerationEnded>(events[^1]).FinishReason);
    }

    [Theory]
    [InlineData(ProviderKind.LocalInference)]
    [InlineData(ProviderKind.Ollama)]
    [InlineData(ProviderKind.Anthropic)]
    public async Task Errors_keep_their_kind(ProviderKind kind)
    {
        var generator = new ScriptedTextGenerator((_, number) => ScriptedAnswer.Fail(number == 0 ? ScriptedFailure.ContextLength(9000, 4096) : ScriptedFailure.Generation("invalid_option", "temperature")));
        await using OwnServer server = await OwnServer.StartAsync(generator);
        using RemoteProvider provider = server.Provider(kind);

        (_, Exception? tooLong) = await provider.Generator.TryAsync(TestProviders.Chat("Hi"));
        (_, Exception? wrong) = await provider.Generator.TryAsync(TestProviders.Chat("Hi"));
        (_, Exception? unknown) = await provider.Generator.TryAsync(TestProviders.Chat("Hi") with { Model = "nobody" });

        Assert.Equal(ProviderErrorKind.ContextLength, Assert.IsType<ProviderException>(tooLong).Kind);
        Assert.Equal(ProviderErrorKind.BadRequest, Assert.IsType<ProviderException>(wrong).Kind);
        Assert.Equal("nobody", Assert.IsType<ModelNotFoundException>(unknown).Value);
    }

    [Theory]
    [InlineData(ProviderKind.LocalInference)]
    [InlineData(ProviderKind.Ollama)]
    public async Task Vectors_are_those_of_the_embedder(ProviderKind kind)
    {
        await using OwnServer server = await OwnServer.StartAsync(new ScriptedTextGenerator());
        using RemoteProvider provider = server.Provider(kind);
        var request = new EmbeddingRequest { Inputs = ["one", "two"] };

        EmbeddingResult result = await provider.Embedder.EmbedAsync(request);

        EmbeddingResult expected = await new ScriptedEmbedder(8).EmbedAsync(request);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(expected.Embeddings[i].Vector.ToArray(), result.Embeddings[i].Vector.ToArray(), static (a, b) => Math.Abs(a - b) < 1e-5f);
        }
    }
}
