using System.Net;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Tests.OpenAI;

public sealed class ChatCompletionsTests
{
    private const string Path = "/v1/chat/completions";

    [Fact]
    public async Task An_answer_is_one_object()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Think("Hm.").ThenSay("Hello there") with { PromptTokens = 7, CachedPromptTokens = 3 });
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        JsonElement answer = (await server.PostAsync(
            Path,
            """
            {"model":"chat","messages":[{"role":"developer","content":"S"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],
            "max_tokens":5,"max_completion_tokens":50,"temperature":0.1,"top_p":0.2,"frequency_penalty":0.3,"presence_penalty":0.4,"seed":4294967296,"stop":"x",
            "logit_bias":{"5":-100},"reasoning_effort":"minimal","user":"u","top_k":7,"min_p":0.5,"num_ctx":99,"keep_alive":"1m","parallel_tool_calls":false,
            "chat_template_kwargs":{"a":1},"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}}}
            """)).Json;

        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        Assert.StartsWith("chatcmpl-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        JsonElement choice = Assert.Single(answer.GetProperty("choices").EnumerateArray());
        Assert.Equal(("Hello there", "Hm.", "stop"), (choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("message").GetProperty("reasoning_content").GetString(), choice.GetProperty("finish_reason").GetString()));
        JsonElement usage = answer.GetProperty("usage");
        Assert.Equal((7, 3, 10), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
        Assert.Equal(3, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(1, usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());

        GenerationRequest request = Assert.Single(generator.Requests);
        Assert.Equal((50, 99, TimeSpan.FromMinutes(1), "u"), (request.MaxTokens, request.ContextLength, request.KeepAlive, request.Caller));
        Assert.Equal(["x"], request.StopSequences);
        Assert.Equal(ContextOverflowPolicy.Error, request.ContextOverflow);
        Assert.Equal(float.NegativeInfinity, request.Sampling.LogitBias![5]);
        Assert.Equal(
            new SamplingOverrides { Temperature = 0.1f, TopP = 0.2f, TopK = 7, MinP = 0.5f, FrequencyPenalty = 0.3f, PresencePenalty = 0.4f, Seed = 1 },
            request.Sampling with { LogitBias = null });
        Assert.True(Assert.IsType<JsonSchemaOutput>(request.Output).Strict);
        ChatInput input = Assert.IsType<ChatInput>(request.Input);
        Assert.Equal([("system", "S"), ("user", "ab")], input.Messages.Select(static message => (message.Role.Value, message.Text)));
        Assert.Equal((true, "minimal", false), (input.Reasoning.Enabled, input.Reasoning.Effort, input.AllowMultipleToolCalls));
        Assert.Equal(1, input.TemplateVariables["a"].GetInt32());
    }

    [Fact]
    public async Task A_stream_ends_with_its_usage_and_DONE()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Think("Hm.").ThenSay("Hello there")));

        WireAnswer answer = await server.PostAsync(Path, """{"model":"chat","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal("text/event-stream", answer.ContentType);
        Assert.Equal("[DONE]", answer.Events[^1]);
        JsonElement[] chunks = [.. answer.Events.SkipLast(1).Select(static data => JsonElement.Parse(data))];
        Assert.All(chunks, static chunk => Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString()));
        Assert.Single(chunks.Select(static chunk => chunk.GetProperty("id").GetString()).Distinct(StringComparer.Ordinal));
        JsonElement[] deltas = [.. chunks.SkipLast(1).Select(static chunk => chunk.GetProperty("choices")[0].GetProperty("delta"))];
        Assert.Equal("assistant", deltas[0].GetProperty("role").GetString());
        Assert.Equal("Hm.", deltas[1].GetProperty("reasoning").GetString());
        Assert.Equal("Hello there", string.Concat(deltas.Skip(2).Select(static delta => delta.TryGetProperty("content", out JsonElement text) ? text.GetString() : "")));
        Assert.Equal([null, null, null, null, "stop"], chunks.SkipLast(1).Select(static chunk => chunk.GetProperty("choices")[0].GetProperty("finish_reason").GetString()), StringComparer.Ordinal);
        Assert.All(chunks.SkipLast(1), static chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Empty(chunks[^1].GetProperty("choices").EnumerateArray());
        Assert.Equal(3, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Arguments_are_streamed_as_they_are_written()
    {
        const string Arguments = """{"city":"Oslo"}""";
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Call("get_weather", Arguments).ThenCall("get_time", "{}")));

        WireAnswer answer = await server.PostAsync(Path, """{"model":"chat","stream":true,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"get_weather","strict":true}}],"tool_choice":{"type":"function","function":{"name":"get_weather"}}}""");

        JsonElement[] choices = [.. answer.Events.SkipLast(1).Select(static data => JsonElement.Parse(data).GetProperty("choices")[0])];
        JsonElement[] calls = [.. choices.Where(static choice => choice.GetProperty("delta").TryGetProperty("tool_calls", out _)).Select(static choice => choice.GetProperty("delta").GetProperty("tool_calls")[0])];
        Assert.Equal("get_weather", calls[0].GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(("call-1", "function"), (calls[0].GetProperty("id").GetString(), calls[0].GetProperty("type").GetString()));
        Assert.Equal(Arguments, string.Concat(calls.Where(static call => call.GetProperty("index").GetInt32() == 0).Select(static call => call.GetProperty("function").GetProperty("arguments").GetString())));
        Assert.Equal(2, calls.Count(static call => call.TryGetProperty("id", out _)));
        Assert.Equal("tool_calls", choices[^1].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Calls_and_their_results_go_round()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("f", """{"x":1}"""), ScriptedAnswer.Say("Done"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);
        JsonElement message = (await server.PostAsync(Path, """{"model":"chat","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}]}""")).Json.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(JsonValueKind.Null, message.GetProperty("content").ValueKind);

        await server.PostAsync(Path, $$"""{"model":"chat","messages":[{"role":"user","content":"x"},{{message.GetRawText()}},{"role":"tool","tool_call_id":"call-1","content":"7"}]}""");

        IReadOnlyList<ChatMessage> messages = Assert.IsType<ChatInput>(generator.Requests[1].Input).Messages;
        Assert.Equal("""{"x":1}""", Assert.IsType<ToolCallCompleted>(Assert.IsType<FunctionCallContent>(Assert.Single(messages[1].Contents)).RawRepresentation).Arguments);
        Assert.Equal("call-1", Assert.IsType<FunctionResultContent>(Assert.Single(messages[2].Contents)).CallId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Several_answers_are_made_at_once(bool streams)
    {
        var generator = new ScriptedTextGenerator((_, place) => ScriptedAnswer.Say($"This is answer {place}"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync(Path, $$"""{"model":"chat","n":3,"seed":5,"stream":{{(streams ? "true" : "false")}},"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}""");

        JsonElement[] objects = streams ? [.. answer.Events.SkipLast(1).Select(static data => JsonElement.Parse(data))] : [answer.Json];
        IEnumerable<JsonElement> choices = objects.SelectMany(static chunk => chunk.GetProperty("choices").EnumerateArray());
        Assert.Equal(
            ["This is answer 0", "This is answer 1", "This is answer 2"],
            choices.GroupBy(static choice => choice.GetProperty("index").GetInt32()).OrderBy(static group => group.Key).Select(group => string.Concat(group.Select(choice =>
                choice.GetProperty(streams ? "delta" : "message").TryGetProperty("content", out JsonElement text) ? text.GetString() : ""))), StringComparer.Ordinal);
        Assert.Equal((10, 12), (objects[^1].GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), objects[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
        Assert.Equal([5u, 6u, 7u], generator.Requests.Select(static request => request.Sampling.Seed!.Value));
    }

    [Fact]
    public async Task A_failure_of_one_of_several_answers_ends_the_stream()
    {
        var generator = new ScriptedTextGenerator((_, place) => place == 1 ? ScriptedAnswer.Say("x").ThenFail(ScriptedFailure.Generation("logits_invalid", "It broke")) : ScriptedAnswer.Say("a b c"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync(Path, """{"model":"chat","n":2,"stream":true,"messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal("[DONE]", answer.Events[^1]);
        JsonElement error = JsonElement.Parse(answer.Events[^2]).GetProperty("error");
        Assert.StartsWith("It broke", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(("api_error", "logits_invalid"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("-1", null)]
    [InlineData("4294967295", null)]
    [InlineData("-2", 1u)]
    [InlineData("7", 7u)]
    public async Task A_seed_of_minus_one_is_a_random_one(string seed, uint? expected)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(Path, $$"""{"model":"chat","seed":{{seed}},"messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(expected, Assert.Single(generator.Requests).Sampling.Seed);
    }

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("""["","a"]""", "a")]
    public async Task Empty_stop_sequences_are_none(string stop, string expected)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(Path, $$"""{"model":"chat","stop":{{stop}},"messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(expected, string.Join(',', Assert.Single(generator.Requests).StopSequences));
    }

    [Fact]
    public async Task Log_probabilities_come_with_the_text()
    {
        var token = new TokenProbability { Id = 1, Text = "Hi", Bytes = "Hi"u8.ToArray(), LogProbability = -0.5f };
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Empty.Then(new TokenGenerated(token, [token])).ThenSay("Hi")));

        JsonElement choice = (await server.PostAsync(Path, """{"model":"chat","logprobs":true,"top_logprobs":1,"messages":[{"role":"user","content":"x"}]}""")).Json.GetProperty("choices")[0];

        JsonElement content = Assert.Single(choice.GetProperty("logprobs").GetProperty("content").EnumerateArray());
        Assert.Equal(("Hi", 1), (content.GetProperty("token").GetString(), content.GetProperty("top_logprobs").GetArrayLength()));
    }

    [Theory]
    [InlineData("", 400, "missing request body", null)]
    [InlineData("""{"model":"chat","messages":[]}""", 400, "[] is too short - 'messages'", "messages")]
    [InlineData("""{"model":"nobody","messages":[{"role":"user","content":"x"}]}""", 404, "model 'nobody' not found", "model")]
    [InlineData("""{"model":"chat","messages":[{"role":"ghost","content":"x"}]}""", 400, "messages[0].role must be system, developer, user, assistant or tool", "messages[0].role")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""", 400, "messages[0].content[0].type: this model reads text only, not 'image_url'; leave it out, or say in words what it shows", "messages[0].content[0].type")]
    [InlineData("""{"model":"chat","n":0,"messages":[{"role":"user","content":"x"}]}""", 400, "n must be a number from 1 to 128", "n")]
    [InlineData("""{"model":"chat","seed":1.5,"messages":[{"role":"user","content":"x"}]}""", 400, "seed must be a whole number", "seed")]
    [InlineData("""{"model":"chat","reasoning_effort":"lots","messages":[{"role":"user","content":"x"}]}""", 400, "reasoning_effort must be none, minimal, low, medium, high, xhigh or max", "reasoning_effort")]
    [InlineData("""{"model":"chat","response_format":{"type":"xml"},"messages":[{"role":"user","content":"x"}]}""", 400, "response_format.type must be text, json_object or json_schema", "response_format.type")]
    [InlineData("""{"model":"chat","top_logprobs":21,"messages":[{"role":"user","content":"x"}]}""", 400, "top_logprobs must be a number from 0 to 20", "top_logprobs")]
    public async Task Errors_have_OpenAIs_form(string body, int status, string message, string? parameter)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync(Path, body);

        Assert.Equal((HttpStatusCode)status, answer.Status);
        JsonElement error = answer.Json.GetProperty("error");
        Assert.Equal(message, error.GetProperty("message").GetString());
        Assert.Equal(status == 404 ? "not_found_error" : "invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_has_OpenAIs_code()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Fail(ScriptedFailure.ContextLength(9, 8))));

        WireAnswer answer = await server.PostAsync(Path, """{"model":"chat","messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal((HttpStatusCode.BadRequest, "context_length_exceeded"), (answer.Status, answer.Json.GetProperty("error").GetProperty("code").GetString()));
    }
}
