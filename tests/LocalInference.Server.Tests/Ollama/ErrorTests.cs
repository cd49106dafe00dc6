using System.Net;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;

namespace LocalInference.Server.Tests.Ollama;

/// <summary>Ollama's errors: statuses and the words that clients look for. What the caller did wrong is never a 500 here.</summary>
public sealed class ErrorTests
{
    public static TheoryData<string, string, int, string> Refused => new()
    {
        { "/api/generate", "", 400, "missing request body" },
        { "/api/chat", " ", 400, "missing request body" },
        { "/api/chat", "{", 400, "invalid JSON*" },
        { "/api/chat", "[]", 400, "The request's body must be a JSON object." },
        { "/api/chat", """{"model":1}""", 400, "model must be a text" },
        { "/api/chat", """{"model":"chat","messages":"x"}""", 400, "messages must be an array" },
        { "/api/chat", """{"model":"chat","messages":[1]}""", 400, "messages[0] must be an object" },
        { "/api/chat", """{"model":"chat","messages":[{}]}""", 400, "messages[0].role is required" },
        { "/api/chat", """{"model":"chat","messages":[{"role":"user","content":5}]}""", 400, "messages[0].content must be a text" },
        { "/api/chat", """{"model":"chat","messages":[{"role":"user","content":"x","images":["aGk="]}]}""", 400, "\"chat\" does not support vision*" },
        { "/api/chat", """{"model":"chat","messages":[{"role":"user","content":"\ud800"}]}""", 400, "A text of the request holds half of a surrogate pair." },
        { "/api/chat", """{"model":"chat","messages":[{"role":"user","content":"x"}],"tools":[{}]}""", 400, "tools[0].function is required" },
        { "/api/chat", """{"model":"chat","messages":[{"role":"user","content":"x"}],"tool_choice":"maybe"}""", 400, "tool_choice must be*" },
        { "/api/chat", """{"model":"chat","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"[1]"}}]}]}""", 400, "messages[0].tool_calls[0].function.arguments must be*" },
        { "/api/generate", "{}", 404, "model '' not found" },
        { "/api/embed", "{}", 404, "model '' not found" },
        { "/api/chat", "{}", 400, "model is required" },
        { "/api/embeddings", "{}", 400, "model is required" },
        { "/api/show", "{}", 400, "model is required" },
        { "/api/generate", """{"model":"nobody","prompt":"x"}""", 404, "model 'nobody' not found" },
        { "/api/chat", """{"model":"nobody","messages":[]}""", 404, "model 'nobody' not found" },
        { "/api/show", """{"model":"nobody"}""", 404, "model 'nobody' not found" },
        { "/api/show", """{"name":"../../etc/passwd"}""", 404, "model '../../etc/passwd' not found" },
        { "/api/embed", """{"model":"nobody","input":"x"}""", 404, "model \"nobody\" not found, try pulling it first" },
        { "/api/embeddings", """{"model":"nobody","prompt":"x"}""", 404, "model \"nobody\" not found, try pulling it first" },
        { "/api/tokenize", """{"model":"nobody","content":"x"}""", 404, "model 'nobody' not found" },
        { "/api/rerank", """{"model":"nobody","query":"x","documents":["y"]}""", 404, "model 'nobody' not found" },
        { "/api/rerank", """{"model":"chat","query":"x","documents":[]}""", 400, "documents is required" },
        { "/api/embed", """{"model":"chat","input":5}""", 400, "invalid input type" },
        { "/api/embed", """{"model":"chat","input":["x",5]}""", 400, "invalid input type" },
        { "/api/chat", """{"model":"chat","messages":[{"role":"user","content":"x"}],"think":true}""", 400, "\"chat\" does not support thinking" },
        { "/api/generate", """{"model":"chat","prompt":"x","think":"much"}""", 400, "invalid think value: it must be true, false, \"low\", \"medium\", \"high\" or \"max\"" },
        { "/api/generate", """{"model":"chat","prompt":"x","top_logprobs":21}""", 400, "top_logprobs must be between 0 and 20" },
        { "/api/generate", """{"model":"chat","prompt":"x","raw":true,"system":"y"}""", 400, "raw mode does not support template, system, or context" },
        { "/api/generate", """{"model":"chat","prompt":"x","raw":true,"template":"y"}""", 400, "raw mode does not support template, system, or context" },
        { "/api/generate", """{"model":"chat","prompt":"x","raw":true,"context":[1]}""", 400, "raw mode does not support template, system, or context" },
        { "/api/generate", """{"model":"chat","prompt":"x","options":{"num_ctx":"4k"}}""", 400, "option \"num_ctx\" must be of type integer" },
        { "/api/generate", """{"model":"chat","prompt":"x","format":"yaml"}""", 400, "invalid format: expected \"json\" or a JSON schema" },
        { "/api/generate", """{"model":"chat","prompt":"x","format":"json","regex":"a"}""", 400, "an answer has one form only*" },
        { "/api/generate", """{"model":"chat","prompt":"x","keep_alive":"300"}""", 400, "time: missing unit in duration \"300\"" },
        { "/api/generate", """{"model":"chat","prompt":"x","keep_alive":"5 parsecs"}""", 400, "time: unknown unit*" },
        { "/api/generate", """{"model":"chat","prompt":"x","keep_alive":"soon"}""", 400, "time: invalid duration \"soon\"" },
        { "/api/generate", """{"model":"chat","prompt":"x","keep_alive":true}""", 400, "Unsupported type*" },
        { "/api/generate", """{"model":"chat","prompt":"x","images":["aGk="]}""", 400, "\"chat\" does not support vision*" },
        { "/api/generate", """{"model":"chat","prompt":"x","context":["a"]}""", 400, "context[0] must be a whole number" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_request_is_refused_with_Ollamas_words(string path, string body, int status, string error)
    {
        var generator = new ScriptedTextGenerator();
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync(path, body);

        Assert.Equal(((HttpStatusCode)status, "application/json; charset=utf-8"), (answer.Status, answer.ContentType));
        Assert.Equal("error", Assert.Single(answer.Json.EnumerateObject()).Name);
        AssertIs(error, answer.Error!);
        Assert.Empty(generator.Requests);
    }

    public static TheoryData<Exception, int, string> Failures => new()
    {
        { ScriptedFailure.Busy(TimeSpan.FromSeconds(3)), 503, "server busy, please try again.  maximum pending requests exceeded" },
        { ScriptedFailure.ContextLength(9, 8), 400, "the prompt is longer than the context length currently available to the model; The prompt has 9 tokens and the context holds 8*" },
        { ScriptedFailure.ModelNotFound("chat"), 404, "model 'chat' not found" },
        { ScriptedFailure.Generation("model_cannot_generate", "x"), 400, "\"chat\" does not support generate" },
        { ScriptedFailure.Generation("infill_unsupported", "x"), 400, "\"chat\" does not support insert" },
        { ScriptedFailure.Generation("template_failed", "The template fails"), 400, "The template fails*" },
        { ScriptedFailure.Generation("logits_invalid", "The model is damaged"), 500, "The model is damaged*" },
        { new ObjectDisposedException("engine"), 503, "The server is shutting down." },
        { new InvalidOperationException("secret"), 500, "The server failed. Its log says more." },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_before_the_answer_has_its_status(Exception failure, int status, string error)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Fail(failure)));

        WireAnswer answer = await server.PostAsync("/api/generate", """{"model":"chat","prompt":"x"}""");

        Assert.Equal((HttpStatusCode)status, answer.Status);
        AssertIs(error, answer.Error!);
        Assert.Equal(status == 503 && failure is not ObjectDisposedException ? TimeSpan.FromSeconds(3) : null, answer.Message.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData("/api/chat", "message")]
    [InlineData("/api/generate", "response")]
    public async Task A_failure_within_a_stream_is_its_last_line(string path, string field)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("One two").ThenFail(ScriptedFailure.Generation("logits_invalid", "It broke")));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync(path, """{"model":"chat","prompt":"x","messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.All(answer.Lines.SkipLast(1), line => Assert.True(line.TryGetProperty(field, out _)));
        Assert.StartsWith("It broke", answer.Lines[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.True(answer.Lines[^1].GetProperty("done").GetBoolean());
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_405()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.GetAsync("/api/chat")).Status);
    }

    [Fact]
    public async Task What_the_application_lacks_is_said()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => { });

        WireAnswer answer = await server.PostAsync("/api/chat", """{"model":"m","messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal((HttpStatusCode.NotImplemented, "This server does not offer text generation."), (answer.Status, answer.Error));
    }

    private static void AssertIs(string expected, string actual)
    {
        if (expected.EndsWith('*'))
        {
            Assert.StartsWith(expected[..^1], actual, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected, actual);
        }
    }
}
