using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;

namespace LocalInference.Server.Tests.OpenAI;

/// <summary>Completions, embeddings and models.</summary>
public sealed class OtherRoutesTests
{
    [Fact]
    public async Task Several_prompts_are_completed_and_echoed()
    {
        var generator = new ScriptedTextGenerator((_, place) => ScriptedAnswer.Say($"!{place}"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        JsonElement answer = (await server.PostAsync("/v1/completions", """{"model":"chat","prompt":["ab",[104,105]],"n":2,"echo":true,"suffix":"z"}""")).Json;

        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
        Assert.Equal(["ab!0", "ab!1", "hi!2", "hi!3"], answer.GetProperty("choices").EnumerateArray().Select(static choice => choice.GetProperty("text").GetString()), StringComparer.Ordinal);
        Assert.Equal(20, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(new PromptInput { Text = "ab", Suffix = "z", ParseSpecialTokens = true }, generator.Requests[0].Input);
    }

    [Theory]
    [InlineData("/v1/completions", "n", 256, 1, true)]
    [InlineData("/v1/completions", "n", 2, 128, true)]
    [InlineData("/v1/completions", "n", 257, 1, false)]
    [InlineData("/v1/completions", "n", 3, 128, false)]
    [InlineData("/completion", "n_cmpl", 128, 2, true)]
    [InlineData("/completion", "n_cmpl", 129, 2, false)]
    public async Task More_answers_than_ever_find_a_place_are_refused(string path, string field, int prompts, int count, bool isTaken)
    {
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        string texts = JsonSerializer.Serialize(Enumerable.Repeat("a", prompts));
        WireAnswer answer = await server.PostAsync(path, $$"""{"model":"chat","prompt":{{texts}},"{{field}}":{{count}} }""");

        Assert.Equal((isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, isTaken ? prompts * count : 0), (answer.Status, generator.Requests.Count));
        if (!isTaken)
        {
            Assert.StartsWith($"prompt asks for {prompts * count} answers", answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_cut_is_said_of_each_choice()
    {
        ScriptedAnswer cut = ScriptedAnswer.Say("x") with { Truncation = new PromptTruncation { DroppedMessages = 2, DroppedTokens = 30 } };
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator((_, place) => place == 1 ? ScriptedAnswer.Say("y") : cut));

        JsonElement choices = (await server.PostAsync("/v1/chat/completions", """{"model":"chat","n":2,"messages":[{"role":"user","content":"x"}]}""")).Json.GetProperty("choices");
        WireAnswer streamed = await server.PostAsync("/v1/completions", """{"model":"chat","prompt":"x","stream":true}""");
        JsonElement response = (await server.PostAsync("/v1/responses", """{"model":"chat","input":"x","truncation":"auto"}""")).Json;

        Assert.Equal(2, choices[0].GetProperty("truncated").GetProperty("dropped_messages").GetInt32());
        Assert.False(choices[1].TryGetProperty("truncated", out _));
        Assert.Equal(30, JsonElement.Parse(streamed.Events[^2]).GetProperty("choices")[0].GetProperty("truncated").GetProperty("dropped_tokens").GetInt32());
        Assert.Equal(2, response.GetProperty("truncated").GetProperty("dropped_messages").GetInt32());
    }

    [Fact]
    public async Task Log_probabilities_of_a_completion_are_told_by_place()
    {
        var token = new TokenProbability { Id = 1, Text = "!a", Bytes = "!a"u8.ToArray(), LogProbability = -0.5f };
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Empty.Then(new TokenGenerated(token, [token])).Then(new TokenGenerated(token, [token])).ThenSay("!a!a")));

        JsonElement logprobs = (await server.PostAsync("/v1/completions", """{"model":"chat","prompt":"ab","logprobs":1}""")).Json.GetProperty("choices")[0].GetProperty("logprobs");

        Assert.Equal(("!a", -0.5f), (logprobs.GetProperty("tokens")[0].GetString(), logprobs.GetProperty("top_logprobs")[0].GetProperty("!a").GetSingle()));
        Assert.Equal([0, 2], logprobs.GetProperty("text_offset").EnumerateArray().Select(static offset => offset.GetInt32()));
    }

    [Fact]
    public async Task Probabilities_of_a_prompt_are_not_offered()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync("/v1/completions", """{"model":"chat","prompt":"x","echo":true,"logprobs":0}""");

        Assert.Equal((HttpStatusCode.BadRequest, "echo"), (answer.Status, answer.Json.GetProperty("error").GetProperty("param").GetString()));
    }

    [Fact]
    public async Task A_completion_is_streamed_and_tokens_are_a_prompt()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("One two"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync("/v1/completions", """{"model":"chat","prompt":[5,6],"stream":true,"stream_options":{"include_usage":true}}""");

        Assert.Equal("[DONE]", answer.Events[^1]);
        JsonElement[] chunks = [.. answer.Events.SkipLast(1).Select(static data => JsonElement.Parse(data))];
        Assert.Equal("One two", string.Concat(chunks.SelectMany(static chunk => chunk.GetProperty("choices").EnumerateArray()).Select(static choice => choice.GetProperty("text").GetString())));
        Assert.Equal(2, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal([5, 6], Assert.IsType<TokenInput>(Assert.Single(generator.Requests).Input).Tokens.ToArray());
    }

    [Theory]
    [InlineData("""{"model":"chat"}""")]
    [InlineData("""{"model":"chat","prompt":[]}""")]
    [InlineData("""{"model":"chat","prompt":[1,"x"]}""")]
    [InlineData("""{"model":"chat","prompt":5}""")]
    [InlineData("""{"model":"chat","prompt":"x","best_of":2}""")]
    [InlineData("""{"model":"chat","prompt":"x","logprobs":99}""")]
    public async Task A_completion_that_cannot_be_is_refused(string body)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync("/v1/completions", body)).Status);
    }

    [Fact]
    public async Task Vectors_come_as_numbers_or_as_their_bytes()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement numbers = (await server.PostAsync("/v1/embeddings", """{"model":"chat","input":["a b",[1,2]],"dimensions":4}""")).Json;
        JsonElement bytes = (await server.PostAsync("/v1/embeddings", """{"model":"chat","input":"a b","dimensions":4,"encoding_format":"base64"}""")).Json;

        Assert.Equal("list", numbers.GetProperty("object").GetString());
        Assert.Equal([0, 1], numbers.GetProperty("data").EnumerateArray().Select(static item => item.GetProperty("index").GetInt32()));
        Assert.Equal(4, numbers.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(
            numbers.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(static value => value.GetSingle()),
            MemoryMarshal.Cast<byte, float>(bytes.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64()).ToArray());
    }

    [Theory]
    [InlineData("/chat/completions", """{"model":"chat","messages":[{"role":"user","content":"x"}]}""", "chat.completion")]
    [InlineData("/responses", """{"model":"chat","input":"x"}""", "response")]
    public async Task The_version_may_be_left_out(string path, string body, string kind)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("Hi")));

        Assert.Equal(kind, (await server.PostAsync(path, body)).Json.GetProperty("object").GetString());
        Assert.Equal((await server.GetAsync("/v1/models")).Body, (await server.GetAsync("/models")).Body);
    }

    [Fact]
    public async Task A_response_is_the_same_by_either_address()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("Hi")));

        string id = (await server.PostAsync("/responses", """{"model":"chat","input":"x"}""")).Json.GetProperty("id").GetString()!;

        Assert.Equal(id, (await server.GetAsync($"/v1/responses/{id}")).Json.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"x"}]}""", true)]
    [InlineData("/v1/completions", """{"prompt":"x"}""", true)]
    [InlineData("/v1/responses", """{"input":"x"}""", true)]
    [InlineData("/v1/embeddings", """{"input":"x"}""", false)]
    public async Task The_only_model_needs_no_name(string path, string body, bool isLoadedEnough)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("Hi")), new FakeModels(FakeModels.Chat));
        await using LoopbackServer several = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("Hi")));

        Assert.Equal("chat", (await server.PostAsync(path, body)).Json.GetProperty("model").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await several.PostAsync(path, body)).Status);
        await several.PostAsync("/api/generate", """{"model":"plain"}""");
        Assert.Equal(isLoadedEnough ? HttpStatusCode.OK : HttpStatusCode.BadRequest, (await several.PostAsync(path, body)).Status);
    }

    [Fact]
    public async Task Models_are_listed_and_found()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement list = (await server.GetAsync("/v1/models")).Json;
        WireAnswer missing = await server.GetAsync("/v1/models/no/such:model");

        Assert.Equal(["chat", "thinker:latest", "plain"], list.GetProperty("data").EnumerateArray().Select(static model => model.GetProperty("id").GetString()), StringComparer.Ordinal);
        Assert.Equal(1767323045, (await server.GetAsync("/v1/models/chat")).Json.GetProperty("created").GetInt64());
        Assert.Equal((HttpStatusCode.NotFound, "not_found_error"), (missing.Status, missing.Json.GetProperty("error").GetProperty("type").GetString()));
        Assert.StartsWith("req_", Assert.Single(missing.Message.Headers.GetValues("x-request-id")), StringComparison.Ordinal);
    }
}
