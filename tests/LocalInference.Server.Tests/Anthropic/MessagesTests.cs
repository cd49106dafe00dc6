using System.Net;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Tests.Anthropic;

public sealed class MessagesTests
{
    private const string Path = "/v1/messages";

    [Fact]
    public async Task An_answer_is_one_message()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Think("Hm.").ThenSay("Hello there").ThenCall("f", """{"x":1}""") with { PromptTokens = 7, CachedPromptTokens = 3 });
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync(
            Path,
            """
            {"model":"chat","max_tokens":50,"system":[{"type":"text","text":"S","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],
            "temperature":0.1,"top_p":0.2,"top_k":7,"stop_sequences":["x"],"metadata":{"user_id":"u"},"thinking":{"type":"enabled","budget_tokens":20},
            "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}},"num_ctx":99,"keep_alive":"1m",
            "tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{"x":{"type":"integer"}}}}],"tool_choice":{"type":"auto","disable_parallel_tool_use":true}}
            """);

        JsonElement message = answer.Json;
        Assert.Equal(("message", "assistant", "chat", "tool_use"), (message.GetProperty("type").GetString(), message.GetProperty("role").GetString(), message.GetProperty("model").GetString(), message.GetProperty("stop_reason").GetString()));
        Assert.StartsWith("msg_", message.GetProperty("id").GetString(), StringComparison.Ordinal);
        JsonElement content = message.GetProperty("content");
        Assert.Equal(["thinking", "text", "tool_use"], content.EnumerateArray().Select(static block => block.GetProperty("type").GetString()), StringComparer.Ordinal);
        Assert.Equal(("Hm.", "Hello there"), (content[0].GetProperty("thinking").GetString(), content[1].GetProperty("text").GetString()));
        Assert.NotEmpty(content[0].GetProperty("signature").GetString()!);
        Assert.Equal(("call-1", "f", 1), (content[2].GetProperty("id").GetString(), content[2].GetProperty("name").GetString(), content[2].GetProperty("input").GetProperty("x").GetInt32()));
        JsonElement usage = message.GetProperty("usage");
        Assert.Equal((4, 3, 0, 5), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("cache_read_input_tokens").GetInt32(), usage.GetProperty("cache_creation_input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32()));
        Assert.StartsWith("req_", Assert.Single(answer.Message.Headers.GetValues("request-id")), StringComparison.Ordinal);

        GenerationRequest request = Assert.Single(generator.Requests);
        Assert.Equal((50, 99, TimeSpan.FromMinutes(1), "u"), (request.MaxTokens, request.ContextLength, request.KeepAlive, request.Caller));
        Assert.Equal(["x"], request.StopSequences);
        Assert.Equal(new SamplingOverrides { Temperature = 0.1f, TopP = 0.2f, TopK = 7 }, request.Sampling);
        Assert.IsType<JsonSchemaOutput>(request.Output);
        ChatInput input = Assert.IsType<ChatInput>(request.Input);
        Assert.Equal([("system", "S"), ("user", "ab")], input.Messages.Select(static said => (said.Role.Value, said.Text)));
        Assert.Equal(new ReasoningSettings { Enabled = true, Effort = "low", MaxTokens = 20 }, input.Reasoning);
        Assert.Equal(("f", "d", false), (input.Tools[0].Name, input.Tools[0].Description, input.AllowMultipleToolCalls));
        Assert.True(input.Tools[0].JsonSchema.GetProperty("properties").TryGetProperty("x", out _));
    }

    [Fact]
    public async Task Calls_and_their_results_go_round()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("Done"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(
            Path,
            """
            {"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"},
            {"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"s"},{"type":"redacted_thinking","data":"?"},{"type":"text","text":"Look:"},{"type":"tool_use","id":"t1","name":"f","input":{"x": 1}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"7"}]},{"type":"text","text":"And?"}]}]}
            """);

        IReadOnlyList<ChatMessage> messages = Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input).Messages;
        Assert.Equal(["user", "assistant", "tool", "user"], messages.Select(static message => message.Role.Value), StringComparer.Ordinal);
        Assert.Equal(["Hm./s", "/?"], messages[1].Contents.OfType<TextReasoningContent>().Select(static thought => $"{thought.Text}/{thought.ProtectedData}"), StringComparer.Ordinal);
        Assert.Equal("Look:", Assert.IsType<TextContent>(messages[1].Contents[2]).Text);
        Assert.Equal("""{"x": 1}""", Assert.IsType<ToolCallCompleted>(Assert.IsType<FunctionCallContent>(messages[1].Contents[3]).RawRepresentation).Arguments);
        FunctionResultContent result = Assert.IsType<FunctionResultContent>(Assert.Single(messages[2].Contents));
        Assert.Equal(("t1", "7", "And?"), (result.CallId, result.Result, messages[3].Text));
    }

    [Fact]
    public async Task Thoughts_keep_their_providers_signature_both_ways_and_none_of_this_server()
    {
        var generator = new ScriptedTextGenerator(
            ScriptedAnswer.Think("Hm.").Then(new ReasoningSigned("SIG")).Then(new ReasoningSigned("ENC", IsRedacted: true)).ThenThink("So.").ThenSay("Hi"),
            ScriptedAnswer.Say("Done"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        string content = (await server.PostAsync(Path, """{"model":"chat","max_tokens":9,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"x"}]}""")).Json.GetProperty("content").GetRawText();
        await server.PostAsync(Path, $$"""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":{{content}} },{"role":"user","content":"y"}]}""");

        Assert.StartsWith("""[{"type":"thinking","thinking":"Hm.","signature":"SIG"},{"type":"redacted_thinking","data":"ENC"},{"type":"thinking","thinking":"So.","signature":"msg_""", content, StringComparison.Ordinal);
        IList<AIContent> sent = Assert.IsType<ChatInput>(generator.Requests[1].Input).Messages[1].Contents;
        Assert.Equal(["Hm./SIG", "/ENC", "So./"], sent.OfType<TextReasoningContent>().Select(static thought => $"{thought.Text}/{thought.ProtectedData}"), StringComparer.Ordinal);
        Assert.True(sent[1].AdditionalProperties!["redacted"] is true);
        Assert.Equal("Hi", Assert.IsType<TextContent>(sent[3]).Text);
    }

    [Fact]
    public async Task Thoughts_between_words_and_calls_stay_there_both_ways()
    {
        var generator = new ScriptedTextGenerator(
            ScriptedAnswer.Think("One.").Then(new ReasoningSigned("S1")).ThenSay("Look:").ThenThink("Two.").Then(new ReasoningSigned("S2")).ThenCall("f", """{"x":1}""")
                .Then(new ReasoningSigned("ENC", IsRedacted: true)).ThenCall("g", "{}").Then(new ReasoningSigned("S3")).ThenSay("Wait."),
            ScriptedAnswer.Say("Done"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        string content = (await server.PostAsync(Path, """{"model":"chat","max_tokens":50,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"x"}]}""")).Json.GetProperty("content").GetRawText();
        await server.PostAsync(Path, $$"""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":{{content}} },{"role":"user","content":[{"type":"tool_result","tool_use_id":"call-1"},{"type":"tool_result","tool_use_id":"call-2"}]}]}""");

        Assert.Equal(
            """[{"type":"thinking","thinking":"One.","signature":"S1"},{"type":"text","text":"Look:"},{"type":"thinking","thinking":"Two.","signature":"S2"},{"type":"tool_use","id":"call-1","name":"f","input":{"x":1}},{"type":"redacted_thinking","data":"ENC"},{"type":"tool_use","id":"call-2","name":"g","input":{}},{"type":"thinking","thinking":"","signature":"S3"},{"type":"text","text":"Wait."}]""",
            content);
        Assert.Equal(["One./S1", "Look:", "Two./S2", "f", "/ENC", "g", "/S3", "Wait."], Assert.IsType<ChatInput>(generator.Requests[1].Input).Messages[1].Contents.Select(Told), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Results_stand_before_what_is_said_beside_them()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("Done"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(
            Path,
            """
            {"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"},
            {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}},{"type":"tool_use","id":"t2","name":"f","input":{}},{"type":"tool_use","id":"t3","name":"f","input":{}},{"type":"tool_use","id":"t4","name":"f","input":{}},{"type":"tool_use","id":"t5","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"text","text":"Before. "},{"type":"tool_result","tool_use_id":"t2","content":"one"},{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"t"},{"type":"text","text":"wo"}]},
            {"type":"tool_result","tool_use_id":"t3"},{"type":"tool_result","tool_use_id":"t4","content":"no such file","is_error":true},{"type":"tool_result","tool_use_id":"t5","content":[],"is_error":true},
            {"type":"text","text":"<system-reminder>r</system-reminder>"}]},
            {"role":"system","content":"Be brief."},{"role":"system","content":[]}]}
            """);

        IReadOnlyList<ChatMessage> messages = Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input).Messages;
        Assert.Equal("user assistant tool tool tool tool tool user system", string.Join(' ', messages.Select(static message => message.Role.Value)));
        Assert.Equal(
            [("t2", "one", false), ("t1", "two", false), ("t3", "", false), ("t4", "no such file", true), ("t5", "-", true)],
            messages.SelectMany(static message => message.Contents).OfType<FunctionResultContent>().Select(static result => (result.CallId, (string?)result.Result ?? "-", result.Exception is not null)));
        Assert.Equal(("Before. <system-reminder>r</system-reminder>", "Be brief."), (messages[7].Text, messages[8].Text));
    }

    [Fact]
    public async Task What_is_shown_goes_along_also_from_results()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("Done"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(
            Path,
            """
            {"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"},
            {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}},{"type":"text","text":"b"},{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"found"}]}]},
            {"type":"text","text":"See"},{"type":"image","source":{"type":"url","url":"https://example.com/x"}},{"type":"document","title":"T","context":"C","source":{"type":"text","media_type":"text/plain","data":"words"}},
            {"type":"document","source":{"type":"content","content":[{"type":"text","text":"more"}]}},{"type":"document","title":"P","source":{"type":"base64","media_type":"application/pdf","data":"BAU="}},{"type":"document","source":{"type":"url","url":"https://example.com/y"}}]}]}
            """);

        IReadOnlyList<ChatMessage> messages = Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input).Messages;
        Assert.Equal("user assistant tool user", string.Join(' ', messages.Select(static message => message.Role.Value)));
        Assert.Equal("ab<search_result>\nt\ns\nfound\n</search_result>\n", Assert.IsType<FunctionResultContent>(Assert.Single(messages[2].Contents)).Result);
        Assert.Equal(
            ["image/png AQID", "See", "image/* https://example.com/x", "<document>\nT\nC\nwords\n</document>\n<document>\nmore\n</document>\nP\n", "application/pdf BAU=", "application/pdf https://example.com/y"],
            messages[3].Contents.Select(Told),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_calls_is_not_gone_on_with()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("b"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(Path, """{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}},{"type":"text","text":"a"}]}]}""");

        Assert.False(Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input).ContinueFinalMessage);
    }

    [Theory]
    [InlineData("""[{"type":"text","text":"x-anthropic-billing-header: cc_version=2; cch=CCH;"},{"type":"text","text":"S"}]""")]
    [InlineData("\"x-anthropic-billing-header: cc_version=2; cch=CCH;\\nS\"")]
    public async Task What_Claude_Code_sends_differently_every_time_is_left_out(string system)
    {
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        foreach (string hash in (string[])["00a1", "ff02"])
        {
            await server.PostAsync(Path, $$"""{"model":"chat","max_tokens":9,"system":{{system.Replace("CCH", hash, StringComparison.Ordinal)}},"messages":[{"role":"user","content":"x"}]}""");
        }

        Assert.Equal(2, generator.Requests.Count);
        Assert.All(generator.Requests, static request => Assert.Equal([("system", "S"), ("user", "x")], Assert.IsType<ChatInput>(request.Input).Messages.Select(static message => (message.Role.Value, message.Text))));
    }

    [Fact]
    public async Task An_answer_that_is_begun_goes_on()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("b"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(Path, """{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"a"}]}""");

        Assert.True(Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input).ContinueFinalMessage);
    }

    [Theory]
    [InlineData("""{"type":"any"}""", "required")]
    [InlineData("""{"type":"tool","name":"f"}""", "f")]
    [InlineData("""{"type":"none"}""", "none")]
    public async Task A_choice_of_tools_is_kept(string choice, string mode)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(Path, $$"""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"f","input_schema":{} }],"tool_choice":{{choice}}}""");

        ChatToolMode? expected = mode switch { "required" => ChatToolMode.RequireAny, "none" => ChatToolMode.None, _ => ChatToolMode.RequireSpecific(mode) };
        Assert.Equal(expected, Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input).ToolMode);
    }

    [Theory]
    [InlineData("", false, null)]
    [InlineData(""" "thinking":{"type":"disabled"},""", false, null)]
    [InlineData(""" "thinking":{"type":"adaptive"},"output_config":{"effort":"high"},""", null, "high")]
    public async Task Who_does_not_ask_for_thoughts_gets_none(string thinking, bool? enabled, string? effort)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(Path, $$"""{"model":"chat",{{thinking}}"max_tokens":9,"messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(new ReasoningSettings { Enabled = enabled, Effort = effort }, Assert.IsType<ChatInput>(Assert.Single(generator.Requests).Input).Reasoning);
    }

    [Theory]
    [InlineData(FinishReason.EndOfGeneration, null, "end_turn", null)]
    [InlineData(FinishReason.GrammarComplete, null, "end_turn", null)]
    [InlineData(FinishReason.StopSequence, "mine", "stop_sequence", "mine")]
    [InlineData(FinishReason.StopSequence, "the model's", "end_turn", null)]
    [InlineData(FinishReason.MaxTokens, null, "max_tokens", null)]
    [InlineData(FinishReason.ContextFull, null, "model_context_window_exceeded", null)]
    [InlineData(FinishReason.ToolCalls, null, "tool_use", null)]
    [InlineData(FinishReason.ContentFilter, null, "refusal", null)]
    public async Task An_end_has_Anthropics_reason(FinishReason finish, string? stop, string reason, string? sequence)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("x") with { FinishReason = finish, StopSequence = stop }));

        JsonElement message = (await server.PostAsync(Path, """{"model":"chat","max_tokens":9,"stop_sequences":["mine"],"messages":[{"role":"user","content":"x"}]}""")).Json;

        Assert.Equal((reason, sequence), (message.GetProperty("stop_reason").GetString(), message.GetProperty("stop_sequence").GetString()));
    }

    [Fact]
    public async Task The_stop_that_a_model_without_a_template_needs_is_none_of_the_clients()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x") with { FinishReason = FinishReason.StopSequence, StopSequence = "<|im_end|>" });
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        JsonElement message = (await server.PostAsync(Path, """{"model":"plain","max_tokens":9,"messages":[{"role":"user","content":"x"}]}""")).Json;

        Assert.Equal(["<|im_end|>"], Assert.Single(generator.Requests).StopSequences);
        Assert.Equal(("end_turn", JsonValueKind.Null), (message.GetProperty("stop_reason").GetString(), message.GetProperty("stop_sequence").ValueKind));
    }

    [Fact]
    public async Task Empty_stop_sequences_are_none()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(Path, """{"model":"chat","max_tokens":9,"stop_sequences":["","a"],"messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(["a"], Assert.Single(generator.Requests).StopSequences);
    }

    [Fact]
    public async Task Tokens_are_counted_without_an_answer()
    {
        var generator = new ScriptedTextGenerator();
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync("/v1/messages/count_tokens", """{"model":"chat","messages":[{"role":"user","content":"abc"}]}""");

        Assert.Equal("""{"input_tokens":5}""", answer.Body);
        Assert.Empty(generator.Requests);
    }

    [Theory]
    [InlineData("", 400, "invalid_request_error", "missing request body")]
    [InlineData("""{"max_tokens":9,"messages":[{"role":"user","content":"x"}]}""", 400, "invalid_request_error", "model is required")]
    [InlineData("""{"model":"nobody","max_tokens":9,"messages":[{"role":"user","content":"x"}]}""", 404, "not_found_error", "model 'nobody' not found")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"x"}]}""", 400, "invalid_request_error", "max_tokens is required")]
    [InlineData("""{"model":"chat","max_tokens":0,"messages":[{"role":"user","content":"x"}]}""", 400, "invalid_request_error", "max_tokens must be more than 0")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[]}""", 400, "invalid_request_error", "messages: at least one message is required")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"ghost","content":"x"}]}""", 400, "invalid_request_error", "messages[0].role must be user or assistant")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":5}]}""", 400, "invalid_request_error", "messages[0].content must be a text or an array of blocks")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":[{"type":"video"}]}]}""", 400, "invalid_request_error", "messages[0].content[0].type: 'video' cannot be read; leave it out, or say in words what it shows")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image"}]}]}""", 400, "invalid_request_error", "messages[0].content[0].source is required")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]}]}""", 400, "invalid_request_error", "messages[0].content[0].source.type must be base64 or url: this server keeps no files for conversations")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/tiff","data":""}}]}]}""", 400, "invalid_request_error", "messages[0].content[0].source.media_type must be image/jpeg, image/png, image/gif or image/webp")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"?"}}]}]}""", 400, "invalid_request_error", "messages[0].content[0].source.data must be Base64")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"file:///x"}}]}]}""", 400, "invalid_request_error", "messages[0].content[0].source.url must be an http or https address")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t9","content":"7"}]}]}""", 400, "invalid_request_error", "messages[1].content[0].tool_use_id: there is no tool_use with the id 't9' before it")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"web_search_20250305","name":"web_search"}]}""", 400, "invalid_request_error", "tools[0].type must be custom: this server has no tools of its own")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tool_choice":{"type":"maybe"}}""", 400, "invalid_request_error", "tool_choice.type must be auto, any, tool or none")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled","budget_tokens":0}}""", 400, "invalid_request_error", "thinking.budget_tokens must be more than 0")]
    [InlineData("""{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"}],"output_config":{"format":{"type":"xml"}}}""", 400, "invalid_request_error", "output_config.format.type must be json_schema")]
    public async Task Errors_have_Anthropics_form(string body, int status, string type, string message)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync(Path, body);

        Assert.Equal(((HttpStatusCode)status, "error"), (answer.Status, answer.Json.GetProperty("type").GetString()));
        JsonElement error = answer.Json.GetProperty("error");
        Assert.Equal((type, message), (error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal(Assert.Single(answer.Message.Headers.GetValues("request-id")), answer.Json.GetProperty("request_id").GetString());
    }

    public static TheoryData<Exception, int, string> Failures => new()
    {
        { ScriptedFailure.Busy(TimeSpan.FromSeconds(3)), 503, "overloaded_error" },
        { ScriptedFailure.ContextLength(9, 8), 400, "invalid_request_error" },
        { ScriptedFailure.Generation("logits_invalid", "The model is damaged"), 500, "api_error" },
        { new InvalidOperationException("secret"), 500, "api_error" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_before_the_answer_has_its_type(Exception failure, int status, string type)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Fail(failure)));

        WireAnswer answer = await server.PostAsync(Path, """{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(((HttpStatusCode)status, type), (answer.Status, answer.Json.GetProperty("error").GetProperty("type").GetString()));
    }

    // A content in one line.
    private static string Told(AIContent content) => content switch
    {
        TextReasoningContent thought => $"{thought.Text}/{thought.ProtectedData}",
        TextContent text => text.Text,
        FunctionCallContent call => call.Name,
        DataContent data => $"{data.MediaType} {data.Base64Data}",
        UriContent uri => $"{uri.MediaType} {uri.Uri}",
        _ => content.GetType().Name,
    };
}
