using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

public sealed class OllamaTests
{
    [Fact]
    public async Task A_conversation_with_everything_is_written_without_loss()
    {
        GenerationRequest request = TestProviders.Chat(
            new ChatMessage(ChatRole.System, "Be brief."),
            new ChatMessage(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png")]),
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm"), new FunctionCallContent("t1", "weather", new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Bonn" })]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("t1", "dry")])) with
        {
            MaxTokens = 20,
            ContextLength = 4096,
            ContextOverflow = ContextOverflowPolicy.DropOldestMessages,
            KeepAlive = TimeSpan.FromMinutes(1),
            StopSequences = ["END"],
            Sampling = new() { TopK = 5, RepeatPenalty = 1.1f, Seed = 3 },
            Output = new JsonSchemaOutput(JsonDocument.Parse("""{"type":"object"}""").RootElement),
            LogProbabilities = 2,
        };
        AIFunctionDeclaration weather = AIFunctionFactory.CreateDeclaration("weather", "The weather.", JsonDocument.Parse("""{"type":"object"}""").RootElement);
        request = request with { Input = (ChatInput)request.Input with { Tools = [weather], Reasoning = new() { Enabled = true } } };

        (RecordedRequest sent, _) = await TestProviders.ExchangeAsync(ProviderKind.Ollama, request, Protocol.Ollama.Whole);

        Assert.Equal("/api/chat", sent.Path);
        sent.AssertJson("""
            {
              "model": "m-1", "stream": true, "truncate": true, "shift": false, "keep_alive": 60, "logprobs": true, "top_logprobs": 2,
              "format": { "type": "object" },
              "options": { "top_k": 5, "repeat_penalty": 1.1, "seed": 3, "num_predict": 20, "num_ctx": 4096, "stop": [ "END" ] },
              "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": "What is this?", "images": [ "AQID" ] },
                { "role": "assistant", "content": "", "thinking": "hm", "tool_calls": [ { "id": "t1", "function": { "name": "weather", "arguments": { "city": "Bonn" } } } ] },
                { "role": "tool", "content": "dry", "tool_call_id": "t1", "tool_name": "weather" }
              ],
              "tools": [ { "type": "function", "function": { "name": "weather", "description": "The weather.", "parameters": { "type": "object" } } } ],
              "think": true
            }
            """);
    }

    [Fact]
    public async Task Nothing_is_cut_unseen()
    {
        (RecordedRequest sent, _) = await TestProviders.ExchangeAsync(ProviderKind.Ollama, TestProviders.Chat("Hi"), Protocol.Ollama.Whole);

        Assert.Equal((false, false), ((bool)sent.Json["truncate"]!, (bool)sent.Json["shift"]!));
    }

    [Fact]
    public async Task Thoughts_calls_and_durations_are_read()
    {
        (_, List<GenerationEvent> events) = await TestProviders.ExchangeAsync(ProviderKind.Ollama, TestProviders.Chat("Hi"), Answer.Stream(
            "application/x-ndjson",
            "{\"model\":\"m-1\",\"created_at\":\"2026-01-02T03:04:05Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"Hm\"},\"done\":false}\n",
            "{\"model\":\"m-1\",\"message\":{\"content\":\"Look\",\"tool_calls\":[{\"id\":\"t9\",\"function\":{\"index\":0,\"name\":\"f\",\"arguments\":{\"x\":1}}},{\"function\":{\"name\":\"g\",\"arguments\":{}}}]},\"done\":false}\n",
            "{\"model\":\"m-1\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":7,\"prompt_eval_duration\":1000000,\"eval_count\":3,\"eval_duration\":2000000,\"load_duration\":3000000}\n"));

        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Assert.IsType<GenerationStarted>(events[0]).CreatedAt);
        Assert.Contains(new ReasoningDelta("Hm"), events);
        ToolCallCompleted[] calls = [.. events.OfType<ToolCallCompleted>()];
        Assert.Equal(new ToolCallCompleted(0, "t9", "f", "{\"x\":1}", true), calls[0]);
        Assert.Equal(("g", "{}"), (calls[1].Name, calls[1].Arguments));
        Assert.NotEmpty(calls[1].CallId);
        var ended = Assert.IsType<GenerationEnded>(events[^1]);
        Assert.Equal(FinishReason.ToolCalls, ended.FinishReason);
        Assert.Equal((7, 3, 1, 2, 3), (ended.Usage.PromptTokens, ended.Usage.GeneratedTokens, ended.Usage.PromptDuration.TotalMilliseconds, ended.Usage.GenerationDuration.TotalMilliseconds, ended.Usage.LoadDuration.TotalMilliseconds));
    }

    [Fact]
    public async Task Texts_go_to_generate_as_they_are()
    {
        (RecordedRequest sent, List<GenerationEvent> events) = await TestProviders.ExchangeAsync(
            ProviderKind.Ollama,
            new GenerationRequest { Input = new PromptInput { Text = "Once" }, MaxTokens = 1 },
            Answer.Stream("application/x-ndjson", "{\"model\":\"m-1\",\"response\":\" upon\",\"done\":false}\n", "{\"model\":\"m-1\",\"response\":\"\",\"done\":true,\"done_reason\":\"length\"}\n"));

        Assert.Equal("/api/generate", sent.Path);
        Assert.True((bool?)sent.Json["raw"]);
        Assert.Equal(" upon", events.Text());
        Assert.Equal(FinishReason.MaxTokens, Assert.IsType<GenerationEnded>(events[^1]).FinishReason);
    }

    [Fact]
    public async Task Texts_are_embedded()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Answer.Of(200, """{"model":"e","embeddings":[[1,0],[0,1]],"prompt_eval_count":3}"""));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Ollama));

        EmbeddingResult result = await provider.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = ["a", "b"] });

        server.Request.AssertJson("""{ "model": "m-1", "input": [ "a", "b" ], "truncate": false }""");
        Assert.Equal([0f, 1f], result.Embeddings[1].Vector.ToArray());
        Assert.Equal(3, result.TokenCount);
    }

    [Fact]
    public async Task How_texts_are_embedded_is_said()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Answer.Of(200, """{"model":"e","embeddings":[[1,0]],"prompt_eval_count":3}"""));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Ollama));

        await provider.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = ["a"], Truncation = TextTruncation.End, Dimensions = 2, ContextLength = 512, KeepAlive = TimeSpan.FromMinutes(1) });

        server.Request.AssertJson("""{ "model": "m-1", "input": [ "a" ], "truncate": true, "dimensions": 2, "options": { "num_ctx": 512 }, "keep_alive": 60 }""");
    }
}
