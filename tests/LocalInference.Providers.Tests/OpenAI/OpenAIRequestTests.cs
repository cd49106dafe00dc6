using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

public sealed class OpenAIRequestTests
{
    private static readonly AIFunctionDeclaration s_weather = AIFunctionFactory.CreateDeclaration(
        "weather", "The weather of a city.", JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""").RootElement);

    [Fact]
    public async Task A_conversation_with_everything_is_written_without_loss()
    {
        GenerationRequest request = TestProviders.Chat(
            new ChatMessage(ChatRole.System, "Be brief."),
            new ChatMessage(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new UriContent("https://example.org/a.jpg", "image/jpeg")]),
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("Let me see."), new FunctionCallContent("call-1", "weather", new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Köln", ["days"] = 2 })]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("call-1", new Dictionary<string, object?>(StringComparer.Ordinal) { ["degrees"] = 7.5 }), new FunctionResultContent("call-2", "dry")])) with
        {
            Model = "gpt-x",
            MaxTokens = 50,
            StopSequences = ["END"],
            Sampling = new() { Temperature = 0.5f, TopP = 0.9f, Seed = 7, FrequencyPenalty = 0.1f, PresencePenalty = 0.2f, LogitBias = new Dictionary<int, float> { [5] = float.NegativeInfinity } },
            LogProbabilities = 3,
        };
        request = request with
        {
            Input = (ChatInput)request.Input with { Tools = [s_weather], ToolMode = ChatToolMode.RequireSpecific("weather"), AllowMultipleToolCalls = false, Reasoning = new() { Effort = "low" } },
            Output = new JsonSchemaOutput(JsonDocument.Parse("""{"type":"object"}""").RootElement) { Name = "thing", Description = "A thing.", Strict = true },
        };

        (RecordedRequest sent, _) = await TestProviders.ExchangeAsync(ProviderKind.OpenAI, request, Protocol.OpenAI.Whole);

        Assert.Equal("/v1/chat/completions", sent.Path);
        sent.AssertJson("""
            {
              "model": "gpt-x", "stream": true, "stream_options": { "include_usage": true },
              "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": [
                  { "type": "text", "text": "What is this?" },
                  { "type": "image_url", "image_url": { "url": "data:image/png;base64,AQID" } },
                  { "type": "image_url", "image_url": { "url": "https://example.org/a.jpg" } } ] },
                { "role": "assistant", "content": "Let me see.", "tool_calls": [
                  { "id": "call-1", "type": "function", "function": { "name": "weather", "arguments": "{\"city\":\"Köln\",\"days\":2}" } } ] },
                { "role": "tool", "tool_call_id": "call-1", "content": "{\"degrees\":7.5}" },
                { "role": "tool", "tool_call_id": "call-2", "content": "dry" }
              ],
              "tools": [ { "type": "function", "function": { "name": "weather", "description": "The weather of a city.",
                "parameters": { "type": "object", "properties": { "city": { "type": "string" } }, "required": [ "city" ] } } } ],
              "tool_choice": { "type": "function", "function": { "name": "weather" } }, "parallel_tool_calls": false,
              "reasoning_effort": "low", "max_completion_tokens": 50, "stop": [ "END" ],
              "temperature": 0.5, "top_p": 0.9, "frequency_penalty": 0.1, "presence_penalty": 0.2, "seed": 7, "logit_bias": { "5": -100 },
              "logprobs": true, "top_logprobs": 3,
              "response_format": { "type": "json_schema", "json_schema": { "name": "thing", "description": "A thing.", "schema": { "type": "object" }, "strict": true } }
            }
            """);
    }

    [Fact]
    public async Task vLLM_gets_what_OpenAI_has_no_field_for()
    {
        GenerationRequest request = TestProviders.Chat(
            new ChatMessage(ChatRole.User, "Hi"),
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("short"), new TextContent("Hel")])) with
        {
            Sampling = new() { TopK = 5, MinP = 0.1f, RepeatPenalty = 1.1f },
            Output = new ChoiceOutput(["lo", "p"]),
            IgnoreEndOfGeneration = true,
            MaxTokens = 3,
        };
        request = request with
        {
            Input = (ChatInput)request.Input with
            {
                ContinueFinalMessage = true,
                Reasoning = new() { Enabled = false },
                Documents = [new("a", "text")],
                TemplateVariables = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["x"] = JsonDocument.Parse("1").RootElement },
            },
        };

        (RecordedRequest sent, _) = await TestProviders.ExchangeAsync(ProviderKind.Vllm, request, Protocol.OpenAI.Whole);

        sent.AssertJson("""
            {
              "model": "m-1", "stream": true, "stream_options": { "include_usage": true },
              "messages": [ { "role": "user", "content": "Hi" }, { "role": "assistant", "content": "Hel", "reasoning_content": "short" } ],
              "chat_template_kwargs": { "enable_thinking": false, "x": 1 }, "continue_final_message": true, "add_generation_prompt": false,
              "documents": [ { "title": "a", "text": "text" } ], "max_tokens": 3, "top_k": 5, "min_p": 0.1, "repetition_penalty": 1.1,
              "ignore_eos": true, "structured_outputs": { "choice": [ "lo", "p" ] }
            }
            """);
    }

    [Fact]
    public async Task Texts_and_tokens_go_to_completions()
    {
        (RecordedRequest text, List<GenerationEvent> events) = await TestProviders.ExchangeAsync(
            ProviderKind.OpenAI,
            new GenerationRequest { Input = new PromptInput { Text = "Once", Suffix = "end." }, MaxTokens = 4 },
            Answer.Stream("text/event-stream", Answer.Events("""{"id":"c","choices":[{"text":" upon"}]}""", """{"id":"c","choices":[{"text":" a","finish_reason":"length"}]}""", "[DONE]")));
        (RecordedRequest tokens, _) = await TestProviders.ExchangeAsync(ProviderKind.Vllm, new GenerationRequest { Input = new TokenInput(new[] { 1, 2 }) }, Protocol.OpenAI.Whole);

        Assert.Equal("/v1/completions", text.Path);
        text.AssertJson("""{ "model": "m-1", "stream": true, "stream_options": { "include_usage": true }, "prompt": "Once", "suffix": "end.", "max_tokens": 4 }""");
        Assert.Equal(" upon a", events.Text());
        Assert.Equal(FinishReason.MaxTokens, Assert.IsType<GenerationEnded>(events[^1]).FinishReason);
        Assert.Equal("[1,2]", tokens.Json["prompt"]!.ToJsonString());
    }

    [Fact]
    public async Task Each_server_gets_its_own_fields()
    {
        GenerationRequest request = TestProviders.Chat("Hi") with { Output = new GrammarOutput("root ::= \"a\""), Sampling = new() { TopK = 1, RepeatPenalty = 1.2f }, MaxTokens = 1 };

        (RecordedRequest llama, _) = await TestProviders.ExchangeAsync(ProviderKind.LlamaServer, request with { Sampling = request.Sampling with { Mirostat = MirostatMode.Version2, DrySequenceBreakers = ["\n"] } }, Protocol.OpenAI.Whole);
        (RecordedRequest ours, _) = await TestProviders.ExchangeAsync(ProviderKind.LocalInference, request with { ContextLength = 512 }, Protocol.OpenAI.Whole);

        Assert.Equal("root ::= \"a\"", (string?)llama.Json["grammar"]);
        Assert.Equal(2, (int?)llama.Json["mirostat"]);
        Assert.Equal("[\"\\n\"]", llama.Json["dry_sequence_breakers"]!.ToJsonString());
        Assert.Equal(512, (int?)ours.Json["num_ctx"]);
        Assert.Equal(1.2f, (float?)ours.Json["repeat_penalty"]);
        Assert.Equal(1, (int?)ours.Json["max_tokens"]);
    }

    [Fact]
    public async Task Vectors_come_in_the_order_of_the_texts()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Answer.Of(200, """{"model":"e-1","data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,4]}],"usage":{"prompt_tokens":5}}"""));
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));

        EmbeddingResult result = await provider.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = ["a", "b"], Model = "e", Dimensions = 2 });

        server.Request.AssertJson("""{ "model": "e", "input": [ "a", "b" ], "dimensions": 2, "encoding_format": "float" }""");
        Assert.Equal("/v1/embeddings", server.Request.Path);
        Assert.Equal([0.6f, 0.8f], result.Embeddings[0].Vector.ToArray());
        Assert.Equal([0f, 1f], result.Embeddings[1].Vector.ToArray());
        Assert.Equal(5, result.TokenCount);
    }
}
