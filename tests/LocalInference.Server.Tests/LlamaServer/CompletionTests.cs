using System.Net;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;

namespace LocalInference.Server.Tests.LlamaServer;

/// <summary><c>/completion</c> and <c>/infill</c>, against the fields of llama.cpp v0.5.0's server.</summary>
public sealed class CompletionTests
{
    private static readonly TokenProbability s_token = new() { Id = 7, Text = "One", Bytes = "One"u8.ToArray(), LogProbability = -0.5f };

    [Fact]
    public async Task An_answer_is_one_object()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Empty.Then(new TokenGenerated(s_token, [s_token])).ThenSay("One\n two") with
        {
            PromptTokens = 7,
            CachedPromptTokens = 3,
            FinishReason = FinishReason.StopSequence,
            StopSequence = "x",
        });
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        JsonElement answer = (await server.PostAsync("/completion", """{"model":"chat","prompt":"ab","n_predict":5,"n_probs":1,"return_tokens":true,"stop":["x",""],"top_k":-4,"top_p":7,"seed":-1,"ignore_eos":true,"cache_prompt":true,"id_slot":0}""")).Json;

        Assert.Equal(("One\n two", true, "word", "x", true), (Text(answer, "content"), Is(answer, "stop"), Text(answer, "stop_type"), Text(answer, "stopping_word"), Is(answer, "has_new_line")));
        Assert.Equal((7, 2, "ab", false), (Number(answer, "tokens_evaluated"), Number(answer, "tokens_predicted"), Text(answer, "prompt"), Is(answer, "truncated")));
        Assert.Equal([7], answer.GetProperty("tokens").EnumerateArray().Select(static token => token.GetInt32()));
        JsonElement probability = Assert.Single(answer.GetProperty("completion_probabilities").EnumerateArray());
        Assert.Equal((7, "One", -0.5f), (Number(probability, "id"), Text(probability, "token"), probability.GetProperty("top_logprobs")[0].GetProperty("logprob").GetSingle()));
        JsonElement timings = answer.GetProperty("timings");
        Assert.Equal((3, 4, 2), (Number(timings, "cache_n"), Number(timings, "prompt_n"), Number(timings, "predicted_n")));
        JsonElement settings = answer.GetProperty("generation_settings");
        Assert.Equal((0, 1f, 0.05f, 0.5f, 5), (Number(settings, "top_k"), settings.GetProperty("top_p").GetSingle(), settings.GetProperty("min_p").GetSingle(), settings.GetProperty("temperature").GetSingle(), Number(settings, "n_predict")));

        GenerationRequest request = Assert.Single(generator.Requests);
        Assert.Equal(new PromptInput { Text = "ab", ParseSpecialTokens = true }, request.Input);
        Assert.Equal((5, 1, true), (request.MaxTokens, request.LogProbabilities, request.IgnoreEndOfGeneration));
        Assert.Equal(["x"], request.StopSequences);
        Assert.Equal(new SamplingOverrides { TopK = 0, TopP = 1, MinP = 0.05f }, request.Sampling);
    }

    [Fact]
    public async Task A_stream_ends_with_its_stop_and_nothing_behind_it()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Empty.Then(new PromptProgressed(4, 9)).Then(new TokenGenerated(s_token, [])).ThenSay("One two"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync("/completions", """{"model":"chat","prompt":"ab","stream":true,"return_tokens":true,"return_progress":true}""");

        JsonElement[] events = [.. answer.Events.Select(static data => JsonElement.Parse(data))];
        Assert.Equal("text/event-stream", answer.ContentType);
        Assert.Equal((9, 4), (Number(events[0].GetProperty("prompt_progress"), "total"), Number(events[0].GetProperty("prompt_progress"), "processed")));
        Assert.Equal("One two", string.Concat(events.Select(static e => Text(e, "content"))));
        Assert.Equal([7], events[1].GetProperty("tokens").EnumerateArray().Select(static token => token.GetInt32()));
        Assert.Equal([false, false, false, true], events.Select(static e => Is(e, "stop")));
        Assert.Equal((9, 1), (Number(events[1], "tokens_evaluated"), Number(events[1], "tokens_predicted")));
        Assert.Equal("eos", Text(events[^1], "stop_type"));
    }

    [Fact]
    public async Task Several_prompts_are_several_objects()
    {
        var generator = new ScriptedTextGenerator((_, place) => ScriptedAnswer.Say($"{place}"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        JsonElement answers = (await server.PostAsync("/completion", """{"model":"chat","prompt":["ab",[97,"b"],[99,100],{"prompt_string":"e"}],"n_cmpl":1,"seed":3}""")).Json;

        Assert.Equal([("0", 0, "ab"), ("1", 1, "ab"), ("2", 2, "cd"), ("3", 3, "e")], answers.EnumerateArray().Select(static one => (Text(one, "content"), Number(one, "index"), Text(one, "prompt"))));
        Assert.Equal([97, 98], Assert.IsType<TokenInput>(generator.Requests[1].Input).Tokens.ToArray());
        Assert.All(generator.Requests, static request => Assert.Equal(3u, request.Sampling.Seed));
    }

    [Fact]
    public async Task Only_the_wanted_fields_come()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("One")));

        WireAnswer answer = await server.PostAsync("/completion", """{"model":"chat","prompt":"ab","response_fields":["content","generation_settings/n_predict","nothing/at/all"]}""");

        Assert.Equal("""{"content":"One","n_predict":-1}""", answer.Body);
    }

    [Theory]
    [InlineData("""{"grammar":"root ::= \"a\""}""", typeof(GrammarOutput))]
    [InlineData("""{"json_schema":{"type":"object"}}""", typeof(JsonSchemaOutput))]
    [InlineData("""{"json_schema":{}}""", typeof(JsonOutput))]
    public async Task An_answer_can_be_held_to_a_form(string fields, Type form)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("One"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync("/completion", $$"""{"model":"chat","prompt":"x",{{fields[1..]}}""");

        Assert.IsType(form, Assert.Single(generator.Requests).Output);
    }

    [Fact]
    public async Task A_middle_is_written_between_two_texts_and_behind_other_files()
    {
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("One"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync("/infill", """{"model":"chat","input_prefix":"a","prompt":"b","input_suffix":"c"}""");
        await server.PostAsync("/infill", """{"model":"chat","input_prefix":"a","input_suffix":"c","input_extra":[{"text":"E"}]}""");

        Assert.Equal(new PromptInput { Text = "ab", Suffix = "c" }, generator.Requests[0].Input);

        // The played tokenizer knows no token between files, and renders a text as the one token 1.
        Assert.Equal("\n\n--- snippet ---\n\nE\u0001", new string([.. Assert.IsType<TokenInput>(generator.Requests[1].Input).Tokens.ToArray().Select(static token => (char)token)]));
    }

    [Theory]
    [InlineData("/completion", "{}", 400, "invalid_request_error", "model is required*")]
    [InlineData("/completion", """{"model":"nobody","prompt":"x"}""", 404, "not_found_error", "model 'nobody' not found")]
    [InlineData("/completion", """{"model":"chat"}""", 400, "invalid_request_error", "prompt is required")]
    [InlineData("/completion", """{"model":"chat","prompt":[]}""", 400, "invalid_request_error", "prompt must be*")]
    [InlineData("/completion", """{"model":"chat","prompt":true}""", 400, "invalid_request_error", "prompt must be*")]
    [InlineData("/completion", """{"model":"chat","prompt":{"prompt_string":"x","multimodal_data":["a"]}}""", 400, "invalid_request_error", "prompt.multimodal_data*")]
    [InlineData("/completion", """{"model":"chat","prompt":"x","n_predict":-2}""", 400, "invalid_request_error", "n_predict must be at least -1")]
    [InlineData("/completion", """{"model":"chat","prompt":"x","n_probs":21}""", 400, "invalid_request_error", "n_probs must be a number from 0 to 20")]
    [InlineData("/completion", """{"model":"chat","prompt":"x","temperature":"hot"}""", 400, "invalid_request_error", "temperature must be a number")]
    [InlineData("/completion", """{"model":"chat","prompt":"x","dry_sequence_breakers":[]}""", 400, "invalid_request_error", "dry_sequence_breakers must be*")]
    [InlineData("/completion", """{"model":"chat","prompt":"x","lora":[{"id":0}]}""", 400, "invalid_request_error", "lora[0].id must be*")]
    [InlineData("/completion", """{"model":"chat","prompt":"x","grammar":"g","json_schema":{}}""", 400, "invalid_request_error", "an answer has one form only*")]
    [InlineData("/infill", """{"model":"chat","input_prefix":"x"}""", 400, "invalid_request_error", "input_suffix is required")]
    [InlineData("/infill", """{"model":"chat","input_prefix":"x","input_suffix":"y","input_extra":[{}]}""", 400, "invalid_request_error", "input_extra[0].text is required")]
    public async Task What_cannot_be_is_refused_in_its_form(string path, string body, int status, string type, string message)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync(path, body);

        JsonElement error = answer.Json.GetProperty("error");
        Assert.Equal((status, status, type), ((int)answer.Status, Number(error, "code"), Text(error, "type")));
        Assert.StartsWith(message.TrimEnd('*'), Text(error, "message"), StringComparison.Ordinal);
    }

    public static TheoryData<Exception, int, string> Failures => new()
    {
        { ScriptedFailure.Generation("infill_unsupported", "No middle"), 501, "not_supported_error" },
        { ScriptedFailure.Generation("grammar_invalid", "No grammar"), 400, "invalid_request_error" },
        { new ObjectDisposedException("engine"), 503, "unavailable_error" },
        { new InvalidOperationException("secret"), 500, "server_error" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_has_llama_servers_status(Exception failure, int status, string type)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Fail(failure)));

        WireAnswer answer = await server.PostAsync("/infill", """{"model":"chat","input_prefix":"x","input_suffix":"y"}""");

        Assert.Equal((HttpStatusCode)status, answer.Status);
        Assert.Equal(type, Text(answer.Json.GetProperty("error"), "type"));
    }

    [Fact]
    public async Task A_failure_within_a_stream_is_its_last_event()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("One").ThenFail(ScriptedFailure.Generation("logits_invalid", "It broke")));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync("/completion", """{"model":"chat","prompt":"x","stream":true}""");

        Assert.Equal((HttpStatusCode.OK, 500), (answer.Status, Number(JsonElement.Parse(answer.Events[^1]).GetProperty("error"), "code")));
    }

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();

    private static int Number(JsonElement value, string name) => value.GetProperty(name).GetInt32();

    private static bool Is(JsonElement value, string name) => value.GetProperty(name).GetBoolean();
}
