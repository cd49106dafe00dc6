using System.Net;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Tests.Ollama;

public sealed class ChatTests
{
    private const string Hello = """{"model":"chat","messages":[{"role":"user","content":"Hi"}]}""";

    [Fact]
    public async Task A_stream_is_lines_of_pieces_and_an_end_with_its_cost()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("Hello there é😀") with { PromptTokens = 7, CachedPromptTokens = 3 });
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync("/api/chat", Hello);

        Assert.Equal((HttpStatusCode.OK, "application/x-ndjson"), (answer.Status, answer.ContentType));
        IReadOnlyList<JsonElement> lines = answer.Lines;
        Assert.Equal(4, lines.Count);
        Assert.All(lines, static line => Assert.Equal("chat", line.GetProperty("model").GetString()));
        Assert.All(lines, static line => Assert.EndsWith("Z", line.GetProperty("created_at").GetString(), StringComparison.Ordinal));
        Assert.All(lines, static line => Assert.Equal("assistant", line.GetProperty("message").GetProperty("role").GetString()));
        Assert.Equal("Hello there é😀", string.Concat(lines.Select(static line => line.GetProperty("message").GetProperty("content").GetString())));
        Assert.Equal([false, false, false, true], lines.Select(static line => line.GetProperty("done").GetBoolean()));
        JsonElement end = lines[^1];
        Assert.Equal("stop", end.GetProperty("done_reason").GetString());
        Assert.Equal(7, end.GetProperty("prompt_eval_count").GetInt32());
        Assert.Equal(3, end.GetProperty("prompt_eval_cached_count").GetInt32());
        Assert.Equal(3, end.GetProperty("eval_count").GetInt32());
        Assert.True(end.GetProperty("total_duration").GetInt64() > 0);
        Assert.False(end.TryGetProperty("context", out _));
    }

    [Fact]
    public async Task Without_a_stream_it_is_one_object()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Think("Hm, well.").ThenSay("Hello there"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync("/api/chat", """{"model":"THINKER","stream":false,"think":"high","messages":[{"role":"User","content":"Hi"}]}""");

        Assert.Equal("application/json; charset=utf-8", answer.ContentType);
        Assert.Equal("Hello there", answer.Json.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("Hm, well.", answer.Json.GetProperty("message").GetProperty("thinking").GetString());
        Assert.Equal("THINKER", answer.Json.GetProperty("model").GetString());
        GenerationRequest request = Assert.Single(generator.Requests);
        Assert.Equal("thinker:latest", request.Model);
        ChatInput input = Assert.IsType<ChatInput>(request.Input);
        Assert.Equal((true, "high"), (input.Reasoning.Enabled, input.Reasoning.Effort));
        Assert.Equal(ChatRole.User, Assert.Single(input.Messages).Role);
    }

    [Fact]
    public async Task Calls_come_in_pieces_with_arguments_as_objects()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("Let me see.").ThenCall("get_weather", """{"city":"Oslo","days":2}""").ThenCall("get_time", "{}"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync(
            "/api/chat",
            """{"model":"chat","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"get_weather","description":"d","parameters":{"type":"object","additionalProperties":false,"properties":{"city":{"type":"string"}}}}},{"type":"function","function":{"name":"get_time"}}],"tool_choice":"required"}""");

        JsonElement[] calls = [.. answer.Lines.Where(static line => line.GetProperty("message").TryGetProperty("tool_calls", out _)).Select(static line => line.GetProperty("message").GetProperty("tool_calls")[0])];
        Assert.Equal(["get_weather", "get_time"], calls.Select(static call => call.GetProperty("function").GetProperty("name").GetString()), StringComparer.Ordinal);
        Assert.Equal([0, 1], calls.Select(static call => call.GetProperty("function").GetProperty("index").GetInt32()));
        Assert.Equal("Oslo", calls[0].GetProperty("function").GetProperty("arguments").GetProperty("city").GetString());
        Assert.Equal("call-1", calls[0].GetProperty("id").GetString());
        Assert.Equal("stop", answer.Lines[^1].GetProperty("done_reason").GetString());
        ChatInput input = Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input);
        Assert.Equal(ChatToolMode.RequireAny, input.ToolMode);
        Assert.Equal(["get_weather", "get_time"], input.Tools.Select(static tool => tool.Name), StringComparer.Ordinal);

        // Keys that Ollama loses arrive here.
        Assert.False(input.Tools[0].JsonSchema.GetProperty("additionalProperties").GetBoolean());
    }

    [Fact]
    public async Task Earlier_calls_and_their_results_reach_the_model()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("Rain."));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(
            "/api/chat",
            """{"model":"chat","messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi"},{"role":"assistant","content":"","thinking":"t","tool_calls":[{"function":{"name":"a","arguments":{"x":1, "y":2}}},{"function":{"name":"b","arguments":{}}}]},{"role":"tool","tool_name":"b","content":"B"},{"role":"tool","content":"A"}]}""");

        IReadOnlyList<ChatMessage> messages = Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input).Messages;
        Assert.Equal(["system", "user", "assistant", "tool", "tool"], messages.Select(static message => message.Role.Value), StringComparer.Ordinal);
        FunctionCallContent[] calls = [.. messages[2].Contents.OfType<FunctionCallContent>()];
        Assert.Equal("""{"x":1, "y":2}""", Assert.IsType<ToolCallCompleted>(calls[0].RawRepresentation).Arguments);
        Assert.Equal("t", Assert.Single(messages[2].Contents.OfType<TextReasoningContent>()).Text);
        FunctionResultContent[] results = [.. messages.Skip(3).Select(static message => Assert.IsType<FunctionResultContent>(Assert.Single(message.Contents)))];
        Assert.Equal([(calls[1].CallId, "B"), (calls[0].CallId, "A")], results.Select(static result => (result.CallId, (string)result.Result!)));
    }

    [Fact]
    public async Task An_answer_that_is_begun_is_gone_on_with()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync("/api/chat", """{"model":"chat","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"It is"}]}""");

        Assert.True(Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input).ContinueFinalMessage);
    }

    [Theory]
    [InlineData("""{"model":"chat","messages":[]}""", "load", "load chat ")]
    [InlineData("""{"model":"chat","keep_alive":"10m"}""", "load", "load chat 00:10:00")]
    [InlineData("""{"model":"chat","keep_alive":-1}""", "load", "load chat -00:00:00.0010000")]
    [InlineData("""{"model":"chat","keep_alive":0}""", "unload", "unload chat")]
    [InlineData("""{"model":"chat","keep_alive":"0"}""", "unload", "unload chat")]
    public async Task Without_messages_the_model_is_loaded_or_unloaded(string request, string reason, string change)
    {
        var models = new FakeModels(FakeModels.Chat);
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), models);

        JsonElement line = Assert.Single((await server.PostAsync("/api/chat", request)).Lines);

        Assert.Equal((true, reason), (line.GetProperty("done").GetBoolean(), line.GetProperty("done_reason").GetString()));
        Assert.Equal([change], models.Changes, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Log_probabilities_come_with_the_text_of_their_tokens()
    {
        var token = new TokenProbability { Id = 1, Text = "Hi", Bytes = "Hi"u8.ToArray(), LogProbability = -0.5f };
        var impossible = token with { Text = "no", Bytes = "no"u8.ToArray(), LogProbability = float.NegativeInfinity };
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Empty.Then(new TokenGenerated(token, [token, impossible])).ThenSay("Hi").Then(new TokenGenerated(token, [])));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync("/api/chat", """{"model":"chat","messages":[{"role":"user","content":"Hi"}],"logprobs":true,"top_logprobs":2}""");

        Assert.Equal(2, Assert.Single(generator.Requests).LogProbabilities);
        Assert.Equal([1, 1], answer.Lines.Select(static line => line.GetProperty("logprobs").GetArrayLength()));
        JsonElement first = answer.Lines[0].GetProperty("logprobs")[0];
        Assert.Equal(("Hi", -0.5f), (first.GetProperty("token").GetString(), first.GetProperty("logprob").GetSingle()));
        Assert.Equal([72, 105], first.GetProperty("bytes").EnumerateArray().Select(static value => value.GetInt32()));
        Assert.Equal(-9999, first.GetProperty("top_logprobs")[1].GetProperty("logprob").GetSingle());
    }

    [Fact]
    public async Task What_was_cut_is_said()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x") with { FinishReason = FinishReason.MaxTokens, Truncation = new PromptTruncation { DroppedMessages = 2, DroppedTokens = 30 } });
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        JsonElement end = (await server.PostAsync("/api/chat", Hello)).Lines[^1];

        Assert.Equal("length", end.GetProperty("done_reason").GetString());
        Assert.Equal(2, end.GetProperty("truncated").GetProperty("dropped_messages").GetInt32());
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/messages")]
    public async Task A_model_without_a_template_gets_ChatML(string path)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("Hello"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(path, """{"model":"plain","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""");

        GenerationRequest request = Assert.Single(generator.Requests);
        Assert.Contains("<|im_start|>", Assert.IsType<ChatInput>(request.Input).Template!.Source, StringComparison.Ordinal);
        Assert.Equal(["<|im_end|>"], request.StopSequences);
    }
    [Fact]
    public async Task Arguments_that_were_written_on_several_lines_come_on_one()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Call("f", "{\n  \"x\": 1\n}")));

        WireAnswer answer = await server.PostAsync("/api/chat", Hello);

        Assert.Equal("""{"x":1}""", answer.Lines[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetRawText());
    }
}
