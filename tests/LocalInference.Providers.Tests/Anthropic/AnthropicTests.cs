using System.Text.Encodings.Web;
using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

public sealed class AnthropicTests
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly AIFunctionDeclaration s_weather = AIFunctionFactory.CreateDeclaration("weather", "The weather.", JsonDocument.Parse("""{"type":"object"}""").RootElement);

    [Fact]
    public async Task A_conversation_with_everything_is_written_without_loss()
    {
        GenerationRequest request = TestProviders.Chat(
            new ChatMessage(ChatRole.System, "Be brief."),
            new ChatMessage(ChatRole.System, "Be kind."),
            new ChatMessage(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png")]),
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm") { ProtectedData = "sig" }, new TextContent("Let me see."), new FunctionCallContent("t1", "weather", new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Bonn" }), new FunctionCallContent("t2", "weather")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("t1", "dry")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("t2", null) { Exception = new InvalidOperationException() }]),
            new ChatMessage(ChatRole.User, "And now?")) with
        {
            MaxTokens = 2000,
            StopSequences = ["END"],
            Sampling = new() { TopK = 5, Temperature = 1 },
            Output = new JsonSchemaOutput(JsonDocument.Parse("""{"type":"object"}""").RootElement) { Strict = true },
        };
        request = request with { Input = (ChatInput)request.Input with { Tools = [s_weather], ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false, Reasoning = new() { MaxTokens = 1024, Effort = "low" } } };
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.Anthropic.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic) with { Keys = ApiKeys.Of("k-1") });

        await provider.Generator.RunAsync(request);

        RecordedRequest sent = server.Request;
        Assert.Equal(("/v1/messages", "k-1", "2023-06-01"), (sent.Path, sent.Key, sent.Headers["anthropic-version"]));
        sent.AssertJson("""
            {
              "model": "m-1", "stream": true, "max_tokens": 2000,
              "tools": [ { "name": "weather", "description": "The weather.", "input_schema": { "type": "object" } } ],
              "tool_choice": { "type": "any", "disable_parallel_tool_use": true },
              "system": [ { "type": "text", "text": "Be brief." }, { "type": "text", "text": "Be kind.", "cache_control": { "type": "ephemeral" } } ],
              "messages": [
                { "role": "user", "content": [ { "type": "text", "text": "What is this?" }, { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "AQID" } } ] },
                { "role": "assistant", "content": [
                  { "type": "thinking", "thinking": "hm", "signature": "sig" }, { "type": "text", "text": "Let me see." },
                  { "type": "tool_use", "id": "t1", "name": "weather", "input": { "city": "Bonn" } }, { "type": "tool_use", "id": "t2", "name": "weather", "input": {} } ] },
                { "role": "user", "content": [
                  { "type": "tool_result", "tool_use_id": "t1", "content": "dry" },
                  { "type": "tool_result", "tool_use_id": "t2", "content": "Error: the function failed.", "is_error": true },
                  { "type": "text", "text": "And now?", "cache_control": { "type": "ephemeral" } } ] }
              ],
              "temperature": 1, "top_k": 5, "stop_sequences": [ "END" ],
              "thinking": { "type": "enabled", "budget_tokens": 1024 },
              "output_config": { "effort": "low", "format": { "type": "json_schema", "schema": { "type": "object" } } }
            }
            """);
    }

    [Fact]
    public async Task A_single_question_keeps_tools_alone()
    {
        GenerationRequest request = TestProviders.Chat("Hi");
        request = request with { Input = (ChatInput)request.Input with { Tools = [s_weather] } };

        (RecordedRequest sent, _) = await TestProviders.ExchangeAsync(ProviderKind.Anthropic, request, Protocol.Anthropic.Whole);

        Assert.NotNull(sent.Json["tools"]![0]!["cache_control"]);
        Assert.Null(sent.Json["messages"]![0]!["content"]![0]!["cache_control"]);
        Assert.Equal(4096, (int?)sent.Json["max_tokens"]);
    }

    [Fact]
    public async Task No_marks_are_set_where_they_are_not_wanted()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.Anthropic.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic) with { UsesPromptCaching = false });

        await provider.Generator.RunAsync(TestProviders.Chat(new ChatMessage(ChatRole.System, "x"), new ChatMessage(ChatRole.User, "a"), new ChatMessage(ChatRole.Assistant, "b"), new ChatMessage(ChatRole.User, "c")));

        Assert.DoesNotContain("cache_control", server.Request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thoughts_calls_and_cache_usage_are_read_and_can_be_sent_back()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(
            Answer.Stream(
                "text/event-stream",
                Answer.Events(
                    """{"type":"message_start","message":{"id":"msg_1","model":"m-1","usage":{"input_tokens":10,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":1}}}""",
                    """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}""",
                    """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}""",
                    """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"SIG"}}""",
                    """{"type":"content_block_stop","index":0}""",
                    """{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"ENC"}}""",
                    """{"type":"content_block_stop","index":1}""",
                    """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t1","name":"weather","input":{}}}""",
                    """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"city\":"}}""",
                    """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"\"Bonn\"}"}}""",
                    """{"type":"content_block_stop","index":2}""",
                    """{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":42}}""",
                    """{"type":"message_stop"}""")),
            Protocol.Anthropic.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic));
        using IChatClient client = provider.Generator.AsIChatClient();

        ChatResponse response = await client.GetResponseAsync("Weather?");
        await client.GetResponseAsync([new ChatMessage(ChatRole.User, "Weather?"), .. response.Messages, new ChatMessage(ChatRole.Tool, [new FunctionResultContent("t1", "dry")])]);

        Assert.Equal((1110, 1000, 42), (response.Usage!.InputTokenCount, response.Usage.CachedInputTokenCount, response.Usage.OutputTokenCount));
        Assert.Equal(100, response.Usage.AdditionalCounts![ChatUsageNames.CacheWrittenTokens]);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.Equal(
            """[{"type":"thinking","thinking":"Hm.","signature":"SIG"},{"type":"redacted_thinking","data":"ENC"},{"type":"tool_use","id":"t1","name":"weather","input":{"city":"Bonn"}}]""",
            server.Requests[1].Json["messages"]![1]!["content"]!.ToJsonString());
    }

    [Theory]
    [InlineData("end_turn", FinishReason.EndOfGeneration)]
    [InlineData("max_tokens", FinishReason.MaxTokens)]
    [InlineData("stop_sequence", FinishReason.StopSequence)]
    [InlineData("refusal", FinishReason.ContentFilter)]
    [InlineData("model_context_window_exceeded", FinishReason.ContextFull)]
    public async Task An_answer_ends_for_the_reason_that_is_told(string reason, FinishReason expected)
    {
        (_, List<GenerationEvent> events) = await TestProviders.ExchangeAsync(ProviderKind.Anthropic, TestProviders.Chat("Hi"), Answer.Stream(
            "text/event-stream",
            Answer.Events($$$"""{"type":"message_delta","delta":{"stop_reason":"{{{reason}}}","stop_sequence":"END"}}""", """{"type":"message_stop"}""")));

        var ended = Assert.IsType<GenerationEnded>(events[^1]);
        Assert.Equal((expected, "END"), (ended.FinishReason, ended.StopSequence));
    }

    [Fact]
    public async Task Thoughts_between_calls_stay_there()
    {
        GenerationRequest request = TestProviders.Chat(
            new ChatMessage(ChatRole.User, "Weather?"),
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("One.") { ProtectedData = "S1" }, new TextContent("\n\n"), new FunctionCallContent("t1", "weather"), new TextReasoningContent("Two.") { ProtectedData = "S2" }, new FunctionCallContent("t2", "weather"), new TextReasoningContent("")]),
            new ChatMessage(ChatRole.User, [new TextContent("Quick."), new FunctionResultContent("t1", "dry"), new FunctionResultContent("t2", "wet")]));

        (RecordedRequest sent, _) = await TestProviders.ExchangeAsync(ProviderKind.Anthropic, request, Protocol.Anthropic.Whole);

        Assert.Equal(
            """[{"type":"thinking","thinking":"One.","signature":"S1"},{"type":"tool_use","id":"t1","name":"weather","input":{}},{"type":"thinking","thinking":"Two.","signature":"S2"},{"type":"tool_use","id":"t2","name":"weather","input":{}}]""",
            sent.Json["messages"]![1]!["content"]!.ToJsonString());
        Assert.Equal(["tool_result", "tool_result", "text"], sent.Json["messages"]![2]!["content"]!.AsArray().Select(static block => (string?)block!["type"]), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Signed_thoughts_go_back_to_their_provider_alone()
    {
        await using FakeProvider first = await FakeProvider.StartAsync(
            Answer.Stream(
                "text/event-stream",
                Answer.Events(
                    """{"type":"message_start","message":{"id":"msg_1","model":"m-1"}}""",
                    """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}""",
                    """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}""",
                    """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"S/I+G="}}""",
                    """{"type":"content_block_stop","index":0}""",
                    """{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"ENC"}}""",
                    """{"type":"content_block_stop","index":1}""",
                    """{"type":"content_block_start","index":2,"content_block":{"type":"text","text":"Dry."}}""",
                    """{"type":"content_block_stop","index":2}""",
                    """{"type":"message_delta","delta":{"stop_reason":"end_turn"}}""",
                    """{"type":"message_stop"}""")),
            Protocol.Anthropic.Whole);
        await using FakeProvider second = await FakeProvider.StartAsync(Protocol.Anthropic.Whole);
        using var one = new RemoteProvider(TestProviders.Options(first, ProviderKind.Anthropic, "one"));
        using var renamed = new RemoteProvider(TestProviders.Options(first, ProviderKind.Anthropic, "ONE"));
        using var two = new RemoteProvider(TestProviders.Options(second, ProviderKind.Anthropic, "two"));
        using IChatClient client = one.Generator.AsIChatClient();

        ChatResponse answer = await client.GetResponseAsync("Weather?");
        GenerationRequest request = TestProviders.Chat([new ChatMessage(ChatRole.User, "Weather?"), .. answer.Messages, new ChatMessage(ChatRole.User, "Sure?")]);
        await renamed.Generator.RunAsync(request);
        await two.Generator.RunAsync(request);

        Assert.Equal("""[{"type":"thinking","thinking":"Hm.","signature":"S/I+G="},{"type":"redacted_thinking","data":"ENC"},{"type":"text","text":"Dry."}]""", Sent(first.Requests[1]));
        Assert.Equal("""[{"type":"text","text":"Dry."}]""", Sent(second.Request));

        static string Sent(RecordedRequest recorded) => JsonSerializer.Serialize(recorded.Json["messages"]![1]!["content"], s_plain);
    }

    [Fact]
    public async Task Results_can_show_something()
    {
        GenerationRequest request = TestProviders.Chat(
            new ChatMessage(ChatRole.User, "Draw."),
            new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("t1", "draw"), new FunctionCallContent("t2", "draw")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("t1", new AIContent[] { new TextContent("here"), new TextContent(""), new DataContent(new byte[] { 1, 2, 3 }, "image/png") }), new FunctionResultContent("t2", new AIContent[] { new TextContent("a"), new TextContent("b") })]));
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.Anthropic.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic) with { UsesPromptCaching = false });

        await provider.Generator.RunAsync(request);

        Assert.Equal(
            """[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"here"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}}]},{"type":"tool_result","tool_use_id":"t2","content":"ab"}]""",
            server.Request.Json["messages"]![2]!["content"]!.ToJsonString());
    }

    [Fact]
    public async Task Later_system_messages_stand_in_the_users_turn()
    {
        GenerationRequest request = TestProviders.Chat(
            new ChatMessage(ChatRole.System, "Be brief."),
            new ChatMessage(ChatRole.User, "a"),
            new ChatMessage(ChatRole.System, "Be kind."),
            new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("t1", "weather")]),
            new ChatMessage(ChatRole.System, "Be quick."),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("t1", "dry")]));
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.Anthropic.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic) with { UsesPromptCaching = false });

        await provider.Generator.RunAsync(request);

        server.Request.AssertJson("""
            {
              "model": "m-1", "stream": true, "max_tokens": 4096,
              "system": [ { "type": "text", "text": "Be brief." } ],
              "messages": [
                { "role": "user", "content": [ { "type": "text", "text": "a" }, { "type": "text", "text": "<system-reminder>\nBe kind.\n</system-reminder>" } ] },
                { "role": "assistant", "content": [ { "type": "tool_use", "id": "t1", "name": "weather", "input": {} } ] },
                { "role": "user", "content": [ { "type": "tool_result", "tool_use_id": "t1", "content": "dry" }, { "type": "text", "text": "<system-reminder>\nBe quick.\n</system-reminder>" } ] }
              ]
            }
            """);
    }

    [Fact]
    public async Task A_system_message_that_shows_something_is_refused()
    {
        (_, Exception? error) = await RefusedAsync(TestProviders.Chat(new ChatMessage(ChatRole.User, "a"), new ChatMessage(ChatRole.System, [new DataContent(new byte[] { 1 }, "image/png")])));

        Assert.Equal("content_unsupported", Assert.IsType<GenerationException>(error).Code);
    }

    [Fact]
    public async Task There_are_no_embeddings()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.Anthropic.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic));

        GenerationException error = await Assert.ThrowsAsync<GenerationException>(async () => await provider.Embedder.EmbedAsync(new EmbeddingRequest { Inputs = ["a"] }));

        Assert.Equal("option_unsupported", error.Code);
        Assert.Empty(server.Requests);
    }

    private static async Task<(string Text, Exception? Error)> RefusedAsync(GenerationRequest request)
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.Anthropic.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.Anthropic));
        (string, Exception?) result = await provider.Generator.TryAsync(request);
        Assert.Empty(server.Requests);
        return result;
    }
}
