using System.Net;
using System.Text.Json;
using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Tests.Targets;

public sealed class HttpTargetTests
{
    private static readonly Uri s_server = new("http://127.0.0.1:9/base");

    [Fact]
    public async Task OpenAI_completions_are_asked_with_ids_and_read_with_usage()
    {
        CannedHandler handler = new("""
            data: {"choices":[{"text":"a","finish_reason":null}]}

            data: {"choices":[{"text":"","finish_reason":null}]}

            data: {"choices":[{"text":"","finish_reason":"length"}]}

            data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1}}}

            data: [DONE]

            """);
        RequestLog log = await SendAsync(handler, new OpenAIProtocol("m", chat: false, ignoreEnd: true), [5, 6, 7]);

        Assert.Equal("http://127.0.0.1:9/base/v1/completions", handler.Address?.AbsoluteUri);
        Assert.Equal([5, 6, 7], Json(handler).GetProperty("prompt").EnumerateArray().Select(static id => id.GetInt32()));
        Assert.True(Json(handler).GetProperty("ignore_eos").GetBoolean());
        Assert.Null(log.Error);
        Assert.Equal((2, 3, 2), (log.GeneratedTokens, log.PromptTokens, log.ComputedPromptTokens));
        Assert.Single(log.Gaps);
    }

    [Fact]
    public async Task OpenAI_chat_is_asked_with_a_message_and_its_role_is_no_token()
    {
        CannedHandler handler = new("""
            data: {"choices":[{"delta":{"role":"assistant","content":""}}]}
            data: {"choices":[{"delta":{"content":"a"}}]}
            data: {"choices":[{"delta":{"reasoning_content":"b"}}]}
            data: {"choices":[{"delta":{},"finish_reason":"length"}]}
            """);
        RequestLog log = await SendAsync(handler, new OpenAIProtocol("m", chat: true, ignoreEnd: false), tokens: null);

        Assert.Equal("hello", Json(handler).GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.False(Json(handler).TryGetProperty("ignore_eos", out _));
        Assert.Equal(2, log.GeneratedTokens);
        Assert.Equal("ab", log.Answer.Text);
        Assert.Null(log.ComputedPromptTokens);
    }

    [Fact]
    public async Task Ollama_is_asked_raw_and_read_line_by_line()
    {
        CannedHandler handler = new("""
            {"response":"a","done":false}
            {"response":"b","done":false}
            {"response":"","done":true,"prompt_eval_count":9,"eval_count":2}
            """);
        RequestLog log = await SendAsync(handler, new OllamaProtocol("m"), tokens: null);

        Assert.Equal("http://127.0.0.1:9/base/api/generate", handler.Address?.AbsoluteUri);
        Assert.True(Json(handler).GetProperty("raw").GetBoolean());
        Assert.Equal(4, Json(handler).GetProperty("options").GetProperty("num_predict").GetInt32());
        Assert.Equal((2, 9), (log.GeneratedTokens, log.PromptTokens));
        Assert.Null(log.ComputedPromptTokens);
    }

    [Fact]
    public async Task A_server_of_llama_cpp_counts_tokens_that_it_held_back()
    {
        CannedHandler handler = new("""
            data: {"content":"","tokens":[],"stop":false,"tokens_predicted":0}
            data: {"content":"a","tokens":[11],"stop":false,"tokens_predicted":1}
            data: {"content":"é","tokens":[13],"stop":false,"tokens_predicted":3}
            data: {"content":"","tokens":[],"stop":true,"tokens_predicted":3,"timings":{"prompt_n":2,"cache_n":5}}
            """);
        RequestLog log = await SendAsync(handler, new LlamaServerProtocol(), [1, 2, 3, 4, 5, 6, 7]);

        Assert.Equal((3, 7, 2), (log.GeneratedTokens, log.PromptTokens, log.ComputedPromptTokens));
        Assert.Equal(2, log.Gaps.Count);
        Assert.Equal([11, 13], log.Answer.Tokens);
        Assert.True(Json(handler).GetProperty("cache_prompt").GetBoolean());
    }

    [Theory]
    [InlineData("""{"error":"no such model"}""", HttpStatusCode.OK, "no such model")]
    [InlineData("""data: {"error":{"code":500,"message":"out of room"}}""", HttpStatusCode.OK, "out of room")]
    [InlineData("busy", HttpStatusCode.ServiceUnavailable, "503: busy")]
    [InlineData("{broken", HttpStatusCode.OK, "no JSON")]
    public async Task A_failure_ends_the_request_with_what_the_server_says(string answer, HttpStatusCode status, string expected)
    {
        RequestLog log = await SendAsync(new CannedHandler(answer, status), new OllamaProtocol("m"), tokens: null);

        Assert.Contains(expected, log.Error, StringComparison.Ordinal);
        Assert.True(log.Ended > 0);
    }

    [Theory]
    [InlineData("data: [DONE]", "")]
    [InlineData(": keep-alive", "")]
    [InlineData("event: message", "")]
    [InlineData("", "")]
    [InlineData("data:{}", "{}")]
    [InlineData("{}", "{}")]
    public void Only_lines_with_an_object_are_events(string line, string expected) => Assert.Equal(expected, HttpTarget.Payload(line).ToString());

    private static async Task<RequestLog> SendAsync(CannedHandler handler, IWireProtocol protocol, int[]? tokens)
    {
        await using HttpTarget target = new(s_server, protocol, tokens is null ? null : 100, key: null, handler);
        RequestLog log = new(tokens is null ? new Prompt(null, "hello") : new Prompt(tokens, ""), 4, LoadClock.Now);
        await target.SendAsync(log, CancellationToken.None);
        return log;
    }

    private static JsonElement Json(CannedHandler handler) => JsonDocument.Parse(handler.Body).RootElement;
}
