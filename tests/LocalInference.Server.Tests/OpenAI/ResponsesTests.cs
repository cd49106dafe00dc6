using System.Net;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.OpenAI;

public sealed class ResponsesTests
{
    private const string Path = "/v1/responses";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_response_is_one_object()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Think("Hm.").ThenSay("Hello there") with { PromptTokens = 7, CachedPromptTokens = 3 });
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        JsonElement response = (await server.PostAsync(
            Path,
            """
            {"model":"chat","instructions":"S","input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}],"max_output_tokens":50,
            "temperature":0.1,"reasoning":{"effort":"low"},"metadata":{"k":"v"},"truncation":"auto","parallel_tool_calls":false,"safety_identifier":"u",
            "text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"object"}}},
            "tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":true}],"tool_choice":"none"}
            """)).Json;

        Assert.Equal(("response", "completed", "chat"), (Text(response, "object"), Text(response, "status"), Text(response, "model")));
        Assert.StartsWith("resp_", Text(response, "id"), StringComparison.Ordinal);
        JsonElement[] output = [.. response.GetProperty("output").EnumerateArray()];
        Assert.Equal([("reasoning", "reasoning_text", "Hm."), ("message", "output_text", "Hello there")], output.Select(static item => (Text(item, "type"), Text(item.GetProperty("content")[0], "type"), Text(item.GetProperty("content")[0], "text"))));
        JsonElement usage = response.GetProperty("usage");
        Assert.Equal((7, 3, 3, 1, 10), (Number(usage, "input_tokens"), Number(usage.GetProperty("input_tokens_details"), "cached_tokens"), Number(usage, "output_tokens"), Number(usage.GetProperty("output_tokens_details"), "reasoning_tokens"), Number(usage, "total_tokens")));
        Assert.Equal(("S", "v", "low", "n", "f"), (Text(response, "instructions"), Text(response.GetProperty("metadata"), "k"), Text(response.GetProperty("reasoning"), "effort"), Text(response.GetProperty("text").GetProperty("format"), "name"), Text(response.GetProperty("tools")[0], "name")));
        Assert.Equal(JsonValueKind.Null, response.GetProperty("error").ValueKind);

        GenerationRequest request = Assert.Single(generator.Requests);
        Assert.Equal((50, 0.1f, "u", ContextOverflowPolicy.DropOldestMessages), (request.MaxTokens, request.Sampling.Temperature, request.Caller, request.ContextOverflow));
        Assert.True(Assert.IsType<JsonSchemaOutput>(request.Output).Strict);
        ChatInput input = Assert.IsType<ChatInput>(request.Input);
        Assert.Equal([("system", "S"), ("user", "ab")], input.Messages.Select(static message => (message.Role.Value, message.Text)));
        Assert.Equal(("low", false, ChatToolMode.None), (input.Reasoning.Effort, input.AllowMultipleToolCalls, input.ToolMode));
        Assert.Equal("f", Assert.Single(input.Tools).Name);
    }

    [Fact]
    public async Task A_conversation_goes_on_from_a_response()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Think("Hm.").ThenCall("f", """{"x":1}"""), ScriptedAnswer.Say("Done"), ScriptedAnswer.Say("More"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);
        const string Tools = """ "tools":[{"type":"function","name":"f"}] """;

        JsonElement first = (await server.PostAsync(Path, $$"""{"model":"chat","instructions":"S","input":"x",{{Tools}}}""")).Json;
        JsonElement call = first.GetProperty("output")[1];
        JsonElement second = (await server.PostAsync(Path, $$"""{"model":"chat","previous_response_id":"{{Text(first, "id")}}","input":[{"type":"function_call_output","call_id":"{{Text(call, "call_id")}}","output":"7"}],{{Tools}}}""")).Json;
        await server.PostAsync(Path, $$"""{"model":"chat","previous_response_id":"{{Text(second, "id")}}","input":"y"}""");

        Assert.Equal(("function_call", "f", """{"x":1}""", "completed"), (Text(call, "type"), Text(call, "name"), Text(call, "arguments"), Text(call, "status")));
        Assert.Equal(Text(first, "id"), Text(second, "previous_response_id"));

        // Instructions are those of each request alone.
        IReadOnlyList<ChatMessage> messages = Assert.IsType<ChatInput>(generator.Requests[2].Input).Messages;
        Assert.Equal(["user", "assistant", "tool", "assistant", "user"], messages.Select(static message => message.Role.Value), StringComparer.Ordinal);
        Assert.Equal("Hm.", Assert.IsType<TextReasoningContent>(messages[1].Contents[0]).Text);
        Assert.Equal("""{"x":1}""", Assert.IsType<ToolCallCompleted>(Assert.IsType<FunctionCallContent>(messages[1].Contents[1]).RawRepresentation).Arguments);
        Assert.Equal("call-1", Assert.IsType<FunctionResultContent>(Assert.Single(messages[2].Contents)).CallId);
    }

    [Fact]
    public async Task Items_of_earlier_responses_are_sent_by_their_ids()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Think("Hm.").ThenCall("f", """{"x":1}"""), ScriptedAnswer.Say("Done"), ScriptedAnswer.Say("More"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);
        const string Tools = """ "tools":[{"type":"function","name":"f"}] """;

        WireAnswer begun = await server.PostAsync(Path, $$"""{"model":"chat","input":[{"role":"user","content":"x"}],{{Tools}}}""");
        JsonElement[] first = Output(begun);
        string? asked = Text((await server.GetAsync($"{Path}/{Text(begun.Json, "id")}/input_items")).Json.GetProperty("data")[0], "id");
        string result = $$"""{"type":"function_call_output","call_id":"{{Text(first[1], "call_id")}}","output":"7"}""";
        JsonElement[] second = Output(await server.PostAsync(Path, $$"""{"model":"chat","input":[{{Reference(asked)}},{{Reference(Text(first[0], "id"))}},{{Reference(Text(first[1], "id"))}},{{result}}],{{Tools}}}"""));
        WireAnswer third = await server.PostAsync(Path, $$"""{"model":"chat","input":[{"role":"user","content":"x"},{"id":"{{Text(second[0], "id")}}"},{"role":"user","content":"y"}]}""");

        IReadOnlyList<ChatMessage> messages = Assert.IsType<ChatInput>(generator.Requests[1].Input).Messages;
        Assert.Equal(["user", "assistant", "tool"], messages.Select(static message => message.Role.Value), StringComparer.Ordinal);
        Assert.Equal("x", messages[0].Text);
        Assert.Equal("Hm.", Assert.IsType<TextReasoningContent>(messages[1].Contents[0]).Text);
        Assert.Equal("f", Assert.IsType<FunctionCallContent>(messages[1].Contents[1]).Name);
        Assert.Equal([("user", "x"), ("assistant", "Done"), ("user", "y")], Assert.IsType<ChatInput>(generator.Requests[2].Input).Messages.Select(static message => (message.Role.Value, message.Text)));
        JsonElement items = (await server.GetAsync($"{Path}/{Text(third.Json, "id")}/input_items?order=asc")).Json.GetProperty("data");
        Assert.Equal(Text(second[0], "id"), Text(items[1], "id"));

        static JsonElement[] Output(WireAnswer answer) => [.. answer.Json.GetProperty("output").EnumerateArray()];
    }

    [Fact]
    public async Task An_item_is_found_as_long_as_a_response_with_it_is_kept()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("One")),
            options: new LocalInferenceServerOptions { MaxStoredResponses = 2 });
        JsonElement first = (await server.PostAsync(Path, """{"model":"chat","input":"a"}""")).Json;
        string item = Text(first.GetProperty("output")[0], "id")!;
        string goesOn = Text((await server.PostAsync(Path, $$"""{"model":"chat","input":"b","previous_response_id":"{{Text(first, "id")}}"}""")).Json, "id")!;
        await server.PostAsync(Path, """{"model":"chat","input":"c"}""");

        // The first response is gone, the one that goes on from it is not.
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync($"{Path}/{Text(first, "id")}")).Status);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(item));
        using HttpResponseMessage deleted = await server.Client.DeleteAsync(new Uri($"{Path}/{goesOn}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(item));

        string unkept = Text((await server.PostAsync(Path, """{"model":"chat","input":"d","store":false}""")).Json.GetProperty("output")[0], "id")!;
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(unkept));

        async Task<HttpStatusCode> AskAsync(string id) => (await server.PostAsync(Path, $$"""{"model":"chat","input":[{{Reference(id)}}],"store":false}""")).Status;
    }

    [Fact]
    public async Task Tools_that_are_no_functions_are_left_out_and_those_of_a_namespace_keep_it()
    {
        const string Tools = """[{"type":"web_search"},{"type":"function","name":"g"},{"type":"namespace","name":"mcp__x","description":"d","tools":[{"type":"function","name":"f","parameters":{"type":"object"}},{"type":"custom","name":"c"}]}]""";
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("mcp__x__f", """{"a":1}"""), ScriptedAnswer.Say("Done"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        JsonElement response = (await server.PostAsync(Path, $$"""{"model":"chat","input":"x","tools":{{Tools}},"tool_choice":{"type":"function","namespace":"mcp__x","name":"f"} }""")).Json;
        JsonElement call = response.GetProperty("output")[0];
        await server.PostAsync(Path, $$"""{"model":"chat","input":[{"role":"user","content":"x"},{{call.GetRawText()}},{"type":"function_call_output","call_id":"{{Text(call, "call_id")}}","output":"7"}]}""");

        ChatInput input = Assert.IsType<ChatInput>(generator.Requests[0].Input);
        ChatToolMode? forced = ChatToolMode.RequireSpecific("mcp__x__f");
        Assert.Equal(["g", "mcp__x__f"], input.Tools.Select(static tool => tool.Name), StringComparer.Ordinal);
        Assert.Equal(forced, input.ToolMode);
        Assert.Equal(Tools, response.GetProperty("tools").GetRawText());
        Assert.Equal(("f", "mcp__x", """{"a":1}"""), (Text(call, "name"), Text(call, "namespace"), Text(call, "arguments")));
        Assert.Equal("mcp__x__f", Assert.IsType<FunctionCallContent>(Assert.Single(Assert.IsType<ChatInput>(generator.Requests[1].Input).Messages[1].Contents)).Name);
    }

    [Fact]
    public async Task A_stream_tells_each_part_and_numbers_its_events()
    {
        var token = new TokenProbability { Id = 1, Text = "One", Bytes = "One"u8.ToArray(), LogProbability = -0.5f };
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Empty.Then(new TokenGenerated(token, [])).ThenThink("Hm.").Then(new TokenGenerated(token, [])).ThenSay("One two").ThenCall("f", """{"x":1}"""));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync(Path, """{"model":"chat","input":"x","stream":true,"include":["message.output_text.logprobs"],"tools":[{"type":"function","name":"f"}]}""");

        Assert.Equal("text/event-stream", answer.ContentType);
        Assert.Equal(
            [
                "created", "in_progress",
                "output_item.added", "content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done", "output_item.done",
                "output_item.added", "content_part.added", "output_text.delta", "output_text.delta", "output_text.done", "content_part.done", "output_item.done",
                "output_item.added", "function_call_arguments.delta", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
                "completed",
            ],
            answer.NamedEvents.Select(static e => e.Name["response.".Length..]),
            StringComparer.Ordinal);
        Assert.Equal(Enumerable.Range(0, answer.NamedEvents.Count), answer.NamedEvents.Select(static e => Number(e.Data, "sequence_number")));
        Assert.All(answer.NamedEvents, static e => Assert.Equal(e.Name, Text(e.Data, "type")));
        Assert.Equal("One two", string.Concat(answer.NamedEvents.Where(static e => e.Name == "response.output_text.delta").Select(static e => Text(e.Data, "delta"))));
        Assert.Single(answer.NamedEvents[10].Data.GetProperty("logprobs").EnumerateArray());
        Assert.Equal("""{"x":1}""", Text(answer.NamedEvents[18].Data, "arguments"));
        JsonElement response = answer.NamedEvents[^1].Data.GetProperty("response");
        Assert.Equal(["reasoning", "message", "function_call"], response.GetProperty("output").EnumerateArray().Select(static item => Text(item, "type")), StringComparer.Ordinal);
        Assert.Single(response.GetProperty("output")[1].GetProperty("content")[0].GetProperty("logprobs").EnumerateArray());
        Assert.Equal(response.GetRawText(), (await server.GetAsync($"{Path}/{Text(response, "id")}")).Body);
    }

    [Theory]
    [InlineData(FinishReason.MaxTokens, "max_output_tokens")]
    [InlineData(FinishReason.ContentFilter, "content_filter")]
    public async Task An_answer_that_was_cut_is_incomplete(FinishReason reason, string name)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("One") with { FinishReason = reason }));

        WireAnswer answer = await server.PostAsync(Path, """{"model":"chat","input":"x","stream":true}""");

        Assert.Equal("response.incomplete", answer.NamedEvents[^1].Name);
        JsonElement response = answer.NamedEvents[^1].Data.GetProperty("response");
        Assert.Equal(("incomplete", name, "incomplete"), (Text(response, "status"), Text(response.GetProperty("incomplete_details"), "reason"), Text(response.GetProperty("output")[0], "status")));
    }

    [Fact]
    public async Task A_failure_within_a_stream_ends_it()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("One").ThenFail(ScriptedFailure.Generation("logits_invalid", "It broke"))));

        WireAnswer answer = await server.PostAsync(Path, """{"model":"chat","input":"x","stream":true}""");

        JsonElement response = answer.NamedEvents[^1].Data.GetProperty("response");
        Assert.Equal(("response.failed", "failed", "server_error"), (answer.NamedEvents[^1].Name, Text(response, "status"), Text(response.GetProperty("error"), "code")));
    }

    [Fact]
    public async Task Items_are_listed_page_by_page_and_a_response_is_deleted()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("One")));
        string id = Text((await server.PostAsync(Path, """{"model":"chat","input":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}""")).Json, "id")!;

        JsonElement last = (await server.GetAsync($"{Path}/{id}/input_items?limit=2")).Json;
        JsonElement rest = (await server.GetAsync($"{Path}/{id}/input_items?limit=2&after={Text(last, "last_id")}")).Json;
        JsonElement all = (await server.GetAsync($"{Path}/{id}/input_items?order=asc")).Json;
        HttpStatusCode limit = (await server.GetAsync($"{Path}/{id}/input_items?limit=0")).Status;
        HttpStatusCode order = (await server.GetAsync($"{Path}/{id}/input_items?order=up")).Status;
        using HttpResponseMessage deleted = await server.Client.DeleteAsync(new Uri($"{Path}/{id}", UriKind.Relative));

        Assert.Equal((true, false, false), (last.GetProperty("has_more").GetBoolean(), rest.GetProperty("has_more").GetBoolean(), all.GetProperty("has_more").GetBoolean()));
        Assert.Equal(["c", "b"], Texts(last), StringComparer.Ordinal);
        Assert.Equal(["a"], Texts(rest), StringComparer.Ordinal);
        Assert.Equal(["a", "b", "c"], Texts(all), StringComparer.Ordinal);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (limit, order));
        Assert.True(JsonElement.Parse(await deleted.Content.ReadAsStringAsync()).GetProperty("deleted").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync($"{Path}/{id}")).Status);

        static IEnumerable<string?> Texts(JsonElement list) => list.GetProperty("data").EnumerateArray().Select(static item => Text(item.GetProperty("content")[0], "text"));
    }

    [Fact]
    public async Task Only_so_many_are_kept_and_only_if_they_may()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("One")),
            options: new LocalInferenceServerOptions { MaxStoredResponses = 1 });

        string first = await IdAsync("""{"model":"chat","input":"a"}""");
        string second = await IdAsync("""{"model":"chat","input":"b"}""");
        string unkept = await IdAsync("""{"model":"chat","input":"c","store":false}""");

        Assert.Equal(
            [HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.NotFound],
            new[] { await server.GetAsync($"{Path}/{first}"), await server.GetAsync($"{Path}/{second}"), await server.GetAsync($"{Path}/{unkept}") }.Select(static answer => answer.Status));

        async Task<string> IdAsync(string body) => Text((await server.PostAsync(Path, body)).Json, "id")!;
    }

    [Fact]
    public async Task A_response_in_the_background_can_be_waited_for()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("One"), ScriptedAnswer.Fail(ScriptedFailure.Generation("grammar_invalid", "No grammar"))));

        JsonElement begun = (await server.PostAsync(Path, """{"model":"chat","input":"x","background":true}""")).Json;
        JsonElement ended = await EndAsync(server, begun);
        JsonElement failed = await EndAsync(server, (await server.PostAsync(Path, """{"model":"chat","input":"x","background":true}""")).Json);

        Assert.Equal(("in_progress", "completed", "failed"), (Text(begun, "status"), Text(ended, "status"), Text(failed, "status")));
        Assert.Equal("One", Text(ended.GetProperty("output")[0].GetProperty("content")[0], "text"));
        Assert.Equal("grammar_invalid", Text(failed.GetProperty("error"), "code"));
        Assert.Equal("completed", Text((await server.PostAsync($"{Path}/{Text(ended, "id")}/cancel", "")).Json, "status"));
    }

    [Fact]
    public async Task A_response_in_the_background_can_be_stopped()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(services => services.AddSingleton<ITextGenerator>(new HeldGenerator(new TaskCompletionSource().Task)));
        string[] ids = [await BeginAsync(), await BeginAsync()];

        WireAnswer stopped = await server.PostAsync($"{Path}/{ids[0]}/cancel", "");
        using HttpResponseMessage deleted = await server.Client.DeleteAsync(new Uri($"{Path}/{ids[1]}", UriKind.Relative));

        Assert.Equal((HttpStatusCode.OK, "cancelled"), (stopped.Status, Text(stopped.Json, "status")));
        Assert.Equal("cancelled", Text((await server.GetAsync($"{Path}/{ids[0]}")).Json, "status"));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (deleted.StatusCode, (await server.GetAsync($"{Path}/{ids[1]}")).Status));

        async Task<string> BeginAsync() => Text((await server.PostAsync(Path, """{"model":"held","input":"x","background":true}""")).Json, "id")!;
    }

    [Fact]
    public async Task A_response_in_the_background_counts_among_its_keys_requests()
    {
        string key = ApiKey.Create();
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => services.AddSingleton<ITextGenerator>(new HeldGenerator(new TaskCompletionSource().Task)),
            app => app.UseApiKeys(new ApiKeyOptions { Keys = [new ApiKey { Name = "anna", Hash = ApiKey.HashOf(key), MaxConcurrentRequests = 2 }] }));
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        string id = Text((await server.PostAsync(Path, """{"model":"held","input":"x","background":true}""")).Json, "id")!;

        // The first request may end later than its answer is here, and holds a place until then.
        using var limit = new CancellationTokenSource(s_patience);
        while ((await server.PostAsync(Path, """{"model":"held","input":"x","background":true}""")).Status == HttpStatusCode.TooManyRequests)
        {
            await Task.Delay(10, limit.Token);
        }

        WireAnswer refused = await server.GetAsync($"{Path}/{id}");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
    }

    [Fact]
    public async Task A_response_made_within_its_request_cannot_be_stopped()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("One")));
        string id = Text((await server.PostAsync(Path, """{"model":"chat","input":"x"}""")).Json, "id")!;

        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync($"{Path}/{id}/cancel", "")).Status);
    }

    [Fact]
    public async Task Another_keys_response_is_not_found()
    {
        string[] keys = [ApiKey.Create(), ApiKey.Create()];
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => services.AddSingleton<ITextGenerator>(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("One"))),
            app => app.UseApiKeys(new ApiKeyOptions { Keys = [.. keys.Select(static (key, index) => new ApiKey { Name = $"k{index}", Hash = ApiKey.HashOf(key) })] }));
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", keys[0]);
        JsonElement response = (await server.PostAsync(Path, """{"model":"chat","input":"x"}""")).Json;
        string id = Text(response, "id")!, item = Text(response.GetProperty("output")[0], "id")!;
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"{Path}/{id}")).Status);

        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", keys[1]);
        WireAnswer found = await server.GetAsync($"{Path}/{id}");
        WireAnswer items = await server.GetAsync($"{Path}/{id}/input_items");
        WireAnswer cancelled = await server.PostAsync($"{Path}/{id}/cancel", "");
        using HttpResponseMessage deleted = await server.Client.DeleteAsync(new Uri($"{Path}/{id}", UriKind.Relative));
        WireAnswer previous = await server.PostAsync(Path, $$"""{"model":"chat","input":"x","previous_response_id":"{{id}}"}""");
        WireAnswer referred = await server.PostAsync(Path, $$"""{"model":"chat","input":[{{Reference(item)}}]}""");

        Assert.All((HttpStatusCode[])[found.Status, items.Status, cancelled.Status, deleted.StatusCode], static status => Assert.Equal(HttpStatusCode.NotFound, status));
        Assert.Equal((HttpStatusCode.BadRequest, "previous_response_not_found"), (previous.Status, Text(previous.Json.GetProperty("error"), "code")));
        JsonElement unknown = referred.Json.GetProperty("error");
        Assert.Equal((HttpStatusCode.NotFound, "not_found_error", "item_not_found", "input[0].id"), (referred.Status, Text(unknown, "type"), Text(unknown, "code"), Text(unknown, "param")));
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", keys[0]);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"{Path}/{id}")).Status);
    }

    [Fact]
    public async Task An_id_that_a_client_chose_leads_nobody_to_its_item()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("One")));
        const string Chosen = """{"id":"msg_1","type":"message","role":"user","content":"Mine alone."}""";
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Path, $$"""{"model":"chat","input":[{{Chosen}}]}""")).Status);

        WireAnswer referred = await server.PostAsync(Path, $$"""{"model":"chat","input":[{{Reference("msg_1")}}]}""");

        Assert.Equal((HttpStatusCode.NotFound, "item_not_found"), (referred.Status, Text(referred.Json.GetProperty("error"), "code")));
    }

    [Theory]
    [InlineData("""{"model":"chat"}""", "input is required", "input")]
    [InlineData("""{"model":"chat","input":[]}""", "input must be*", "input")]
    [InlineData("""{"model":"chat","input":[{"role":"tool","content":"x"}]}""", "input[0].role must be*", "input[0].role")]
    [InlineData("""{"model":"chat","input":[{"type":"item_reference"}]}""", "input[0].id is required", "input[0].id")]
    [InlineData("""{"model":"chat","input":[{"type":"computer_call","id":"x"}]}""", "input[0].type*", "input[0].type")]
    [InlineData("""{"model":"chat","input":[{"role":"user","content":[{"type":"input_image"}]}]}""", "input[0].content[0].type*", "input[0].content[0].type")]
    [InlineData("""{"model":"chat","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"[1]"}]}""", "input.arguments must be*", "input.arguments")]
    [InlineData("""{"model":"chat","input":"x","tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"}}""", "tool_choice: 'web_search'*", "tool_choice")]
    [InlineData("""{"model":"chat","input":"x","tools":[{"type":"web_search"}],"tool_choice":"required"}""", "tool_choice: a call is required*", "tool_choice")]
    [InlineData("""{"model":"chat","input":"x","tools":[{"type":"custom","name":"c"}],"tool_choice":{"type":"function","name":"c"}}""", "tool_choice: there is no function 'c'*", "tool_choice")]
    [InlineData("""{"model":"chat","input":"x","text":{"format":{"type":"xml"}}}""", "text.format.type must be*", "text.format.type")]
    [InlineData("""{"model":"chat","input":"x","text":{"format":{"type":"json_schema"}}}""", "text.format.schema is required", "text.format.schema")]
    [InlineData("""{"model":"chat","input":"x","max_output_tokens":0}""", "max_output_tokens must be*", "max_output_tokens")]
    [InlineData("""{"model":"chat","input":"x","truncation":"some"}""", "truncation must be*", "truncation")]
    [InlineData("""{"model":"chat","input":"x","top_logprobs":21}""", "top_logprobs must be*", "top_logprobs")]
    [InlineData("""{"model":"chat","input":"x","conversation":"c"}""", "conversation:*", "conversation")]
    [InlineData("""{"model":"chat","input":"x","background":true,"stream":true}""", "background:*", "background")]
    [InlineData("""{"model":"chat","input":"x","previous_response_id":"resp_x"}""", "Previous response with id 'resp_x' not found.", "previous_response_id")]
    public async Task What_cannot_be_is_refused(string body, string message, string parameter)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync(Path, body);

        JsonElement error = answer.Json.GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request_error", parameter), (answer.Status, Text(error, "type"), Text(error, "param")));
        Assert.StartsWith(message.TrimEnd('*'), Text(error, "message"), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> EndAsync(LoopbackServer server, JsonElement begun)
    {
        using var limit = new CancellationTokenSource(s_patience);
        JsonElement response = begun;
        while (Text(response, "status") == "in_progress")
        {
            await Task.Delay(10, limit.Token);
            response = (await server.GetAsync($"{Path}/{Text(begun, "id")}")).Json;
        }

        return response;
    }

    private static string Reference(string? id) => $$"""{"type":"item_reference","id":"{{id}}"}""";

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();

    private static int Number(JsonElement value, string name) => value.GetProperty(name).GetInt32();
}
