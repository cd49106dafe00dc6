using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Chat.Tools;

public sealed class ToolInvokingChatClientTests
{
    private static readonly AIFunction s_add = AIFunctionFactory.Create(static (int a, int b) => a + b, "add");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_is_made_and_its_result_told(bool streams)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("add", """{"a":2,"b":3}""", "c1"), ScriptedAnswer.Say("It is 5."));

        ChatResponse response = await Ask(generator, streams, tools: s_add);

        Assert.Equal("It is 5.", response.Text);
        Assert.Equal(3, response.Messages.Count);
        Assert.Equal("5", Result(response, "c1").Result!.ToString());
        Assert.Equal(20, response.Usage!.InputTokenCount);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        IReadOnlyList<ChatMessage> told = Messages(generator, 1);
        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.Tool], told.Select(static message => message.Role));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_of_one_answer_are_made_together_or_one_by_one(bool parallel)
    {
        int running = 0;
        int most = 0;
        Lock counts = new();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AIFunction slow = AIFunctionFactory.Create(
            async () =>
            {
                lock (counts)
                {
                    most = Math.Max(most, ++running);
                    if (most == 3)
                    {
                        gate.TrySetResult();
                    }
                }

                // One by one nobody else would come meanwhile: if somebody does, it shows.
                await (parallel ? gate.Task : Task.Delay(50));
                lock (counts)
                {
                    running--;
                }
            },
            "slow");
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("slow", "{}").ThenCall("slow", "{}").ThenCall("slow", "{}"), ScriptedAnswer.Say("done"));

        ChatResponse response = await Ask(generator, streams: false, new ToolInvokingOptions { AllowParallelCalls = parallel }, slow);

        Assert.Equal("done", response.Text);
        Assert.Equal(parallel ? 3 : 1, most);
        Assert.Equal(["call-1", "call-2", "call-3"], response.Messages[1].Contents.OfType<FunctionResultContent>().Select(static result => result.CallId), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("add", """{"a":2}""", "b is missing")]
    [InlineData("add", """{"a":2,"b":"three"}""", "b must be of type integer")]
    [InlineData("sub", "{}", "no function named 'sub'")]
    [InlineData("add", "not json", "cannot be read")]
    public async Task What_is_wrong_with_a_call_is_told_to_the_model(string name, string arguments, string told)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call(name, arguments, "c1"), ScriptedAnswer.Say("Sorry."));

        ChatResponse response = await Ask(generator, streams: false, tools: s_add);

        FunctionResultContent result = Result(response, "c1");
        Assert.Contains(told, (string)result.Result!, StringComparison.Ordinal);
        Assert.NotNull(result.Exception);
        Assert.Equal("Sorry.", response.Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_exception_is_told_with_its_message_only_when_asked(bool details)
    {
        AIFunction fails = AIFunctionFactory.Create(static string () => throw new InvalidOperationException("the password is 1234"), "fails");
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("fails", "{}", "c1"), ScriptedAnswer.Say("Hm."));

        ChatResponse response = await Ask(generator, streams: false, new ToolInvokingOptions { IncludeErrorDetails = details }, fails);

        Assert.Equal(details, ((string)Result(response, "c1").Result!).Contains("1234", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failures_without_end_are_thrown()
    {
        AIFunction fails = AIFunctionFactory.Create(static string () => throw new InvalidOperationException("again"), "fails");
        var generator = new ScriptedTextGenerator(static (_, _) => ScriptedAnswer.Call("fails", "{}"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => Ask(generator, streams: false, new ToolInvokingOptions { MaximumConsecutiveErrors = 2 }, fails));

        Assert.Equal(3, generator.Requests.Count);
    }

    [Fact]
    public async Task Rounds_are_limited_and_the_last_has_no_functions()
    {
        var generator = new ScriptedTextGenerator(static (request, _) => ((ChatInput)request.Input).Tools.Count > 0 ? ScriptedAnswer.Call("add", """{"a":1,"b":1}""") : ScriptedAnswer.Say("Enough."));

        ChatResponse response = await Ask(generator, streams: false, new ToolInvokingOptions { MaximumIterations = 4 }, s_add);

        Assert.Equal(4, generator.Requests.Count);
        Assert.Equal("Enough.", response.Text);
    }

    [Fact]
    public async Task A_required_call_is_required_once()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("add", """{"a":1,"b":1}"""), ScriptedAnswer.Say("2"));

        await generator.AsIChatClient().WithToolInvocation().GetResponseAsync("x", new ChatOptions { Tools = [s_add], ToolMode = ChatToolMode.RequireAny });

        Assert.IsType<RequiredChatToolMode>(((ChatInput)generator.Requests[0].Input).ToolMode);
        Assert.Null(((ChatInput)generator.Requests[1].Input).ToolMode);
    }

    [Fact]
    public async Task A_function_that_is_only_declared_is_left_to_the_caller()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("get_time", """{"zone":"UTC"}""").ThenCall("add", """{"a":1,"b":1}"""));

        ChatResponse response = await Ask(generator, streams: true, null, s_add, Answers.Clock);

        Assert.Equal(2, response.Messages.Single().Contents.OfType<FunctionCallContent>().Count());
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
    }

    [Fact]
    public async Task Additional_functions_need_not_be_in_the_request()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("add", """{"a":4,"b":4}""", "c1"), ScriptedAnswer.Say("8"));

        ChatResponse response = await generator.AsIChatClient().WithToolInvocation(new ToolInvokingOptions { AdditionalTools = [s_add] }).GetResponseAsync("x");

        Assert.Equal("8", Result(response, "c1").Result!.ToString());
    }

    [Fact]
    public async Task A_call_can_be_denied_or_the_answer_stopped()
    {
        static ScriptedTextGenerator New() => new(ScriptedAnswer.Call("add", """{"a":1,"b":1}""", "c1"), ScriptedAnswer.Say("As you wish."));
        ScriptedTextGenerator denied = New();
        ScriptedTextGenerator stopped = New();

        ChatResponse first = await Ask(denied, streams: false, new ToolInvokingOptions { Approve = static (_, _) => new(ToolApproval.Deny("Not today.")) }, s_add);
        ChatResponse second = await Ask(stopped, streams: false, new ToolInvokingOptions { Approve = static (_, _) => new(ToolApproval.Stop) }, s_add);

        Assert.Equal("Not today.", Result(first, "c1").Result);
        Assert.Equal("As you wish.", first.Text);
        Assert.Single(stopped.Requests);
        Assert.Empty(second.Messages.SelectMany(static message => message.Contents).OfType<FunctionResultContent>());
    }

    [Fact]
    public async Task A_hook_can_answer_in_place_of_the_function_and_end_the_answer()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("add", """{"a":1,"b":1}""", "c1"));
        var options = new ToolInvokingOptions
        {
            Invoke = static (invocation, _) =>
            {
                invocation.Terminate = true;
                return new($"{invocation.Function.Name} in round {invocation.Iteration}, {invocation.Arguments.Count} arguments, {invocation.Messages.Count} messages");
            },
        };

        ChatResponse response = await Ask(generator, streams: false, options, s_add);

        Assert.Equal("add in round 1, 2 arguments, 2 messages", Result(response, "c1").Result);
        Assert.Single(generator.Requests);
    }

    [Theory]
    [InlineData(true, "5", false)]
    [InlineData(true, "5", true)]
    [InlineData(false, "The user did not allow this call: too dear", false)]
    [InlineData(false, "The user did not allow this call: too dear", true)]
    public async Task A_function_that_needs_approval_is_asked_about_and_then_made_or_not(bool approves, string told, bool streams)
    {
        AIFunction careful = new ApprovalRequiredAIFunction(s_add);
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("add", """{"a":2,"b":3}""", "c1"), ScriptedAnswer.Say("Well."));
        using ToolInvokingChatClient client = generator.AsIChatClient().WithToolInvocation();
        var options = new ChatOptions { Tools = [careful] };
        List<ChatMessage> messages = [new(ChatRole.User, "2+3?")];

        ChatResponse asked = await Ask(client, streams, messages, options);
        ToolApprovalRequestContent request = asked.Messages.SelectMany(static message => message.Contents).OfType<ToolApprovalRequestContent>().Single();
        Assert.Empty(asked.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal(ChatFinishReason.ToolCalls, asked.FinishReason);
        Assert.Equal(10, asked.Usage!.InputTokenCount);
        messages.AddRange(asked.Messages);
        messages.Add(new ChatMessage(ChatRole.User, [request.CreateResponse(approves, "too dear")]));
        ChatResponse answer = await Ask(client, streams, messages, options);

        Assert.Equal(told, Result(answer, "c1").Result!.ToString());
        Assert.Equal("Well.", answer.Text);
        Assert.DoesNotContain(Messages(generator, 1).SelectMany(static message => message.Contents), static content => content is ToolApprovalRequestContent or ToolApprovalResponseContent);
    }

    [Fact]
    public async Task A_stream_shows_calls_that_need_no_approval_in_their_place_and_text_at_once()
    {
        AIFunction careful = new ApprovalRequiredAIFunction(AIFunctionFactory.Create(static () => "gone", "erase"));
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("Let me see.").ThenCall("add", """{"a":2,"b":3}""", "c1"), ScriptedAnswer.Say("5"));

        List<ChatResponseUpdate> updates = await generator.AsIChatClient().WithToolInvocation().GetStreamingResponseAsync("2+3?", new ChatOptions { Tools = [careful, s_add] }).ToListAsync();

        AIContent[] contents = [.. updates.SelectMany(static update => update.Contents).Where(static content => content is not UsageContent)];
        int call = Array.FindIndex(contents, static content => content is FunctionCallContent);
        int result = Array.FindIndex(contents, static content => content is FunctionResultContent);
        Assert.All(contents[..call], static content => Assert.IsType<TextContent>(content));
        Assert.Equal("Let me see.", string.Concat(contents[..call].Cast<TextContent>().Select(static text => text.Text)));
        Assert.Equal(call + 1, result);
        Assert.Equal("5", string.Concat(contents[(result + 1)..].Cast<TextContent>().Select(static text => text.Text)));
    }

    [Fact]
    public async Task A_call_that_was_approved_may_be_the_last_thing_that_is_done()
    {
        AIFunction careful = new ApprovalRequiredAIFunction(s_add);
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("add", """{"a":2,"b":3}""", "c1"));
        var settings = new ToolInvokingOptions
        {
            Invoke = static (invocation, _) =>
            {
                invocation.Terminate = true;
                return new("ended");
            },
        };
        using ToolInvokingChatClient client = generator.AsIChatClient().WithToolInvocation(settings);
        var options = new ChatOptions { Tools = [careful] };
        ChatResponse asked = await client.GetResponseAsync("2+3?", options);
        ToolApprovalRequestContent request = asked.Messages.SelectMany(static message => message.Contents).OfType<ToolApprovalRequestContent>().Single();
        List<ChatMessage> messages = [new(ChatRole.User, "2+3?"), .. asked.Messages, new(ChatRole.User, [request.CreateResponse(approved: true)])];

        foreach (bool streams in new[] { false, true })
        {
            Assert.Equal("ended", Result(await Ask(client, streams, messages, options), "c1").Result);
        }

        Assert.Single(generator.Requests);
    }

    [Fact]
    public async Task Calls_are_logged_without_what_is_said_in_them()
    {
        const string Secret = "xyzzy";
        using var log = new RecordedLog();
        var options = new ToolInvokingOptions { LoggerFactory = log };
        AIFunction echo = AIFunctionFactory.Create(static (string text) => text, "echo");
        AIFunction fails = AIFunctionFactory.Create(static string (string text) => throw new InvalidOperationException(text), "fails");
        const string Arguments = $$"""{"text":"{{Secret}}"}""";
        var generator = new ScriptedTextGenerator(
            ScriptedAnswer.Call("echo", Arguments, "c1").ThenCall("fails", Arguments, "c2").ThenCall(Secret, Arguments, "c3").ThenCall("echo", $$"""{"text":["{{Secret}}"]}""", "c4"),
            ScriptedAnswer.Say(Secret));

        await Ask(generator, streams: false, options, echo, fails);

        Assert.Contains(log.Lines, static line => line.StartsWith("Function 'echo' answered call c1 in ", StringComparison.Ordinal));
        Assert.Contains("Function 'fails' failed at call c2: System.InvalidOperationException", log.Lines, StringComparer.Ordinal);
        Assert.Contains("Call c3 was not made: tool_unknown", log.Lines, StringComparer.Ordinal);
        Assert.Contains("Call c4 was not made: tool_arguments_invalid", log.Lines, StringComparer.Ordinal);
        Assert.DoesNotContain(log.Lines, static line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelling_ends_it_and_is_not_told_to_the_model()
    {
        using var cancel = new CancellationTokenSource();
        AIFunction waits = AIFunctionFactory.Create(
            async (CancellationToken token) =>
            {
                await cancel.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            },
            "waits");
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("waits", "{}"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            generator.AsIChatClient().WithToolInvocation().GetResponseAsync("x", new ChatOptions { Tools = [waits] }, cancel.Token));

        Assert.Single(generator.Requests);
    }

    [Fact]
    public async Task The_callers_messages_and_options_are_left_alone()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("add", """{"a":1,"b":1}"""), ScriptedAnswer.Say("2"));
        List<ChatMessage> messages = [new(ChatRole.User, "x")];
        var options = new ChatOptions { Tools = [s_add], ToolMode = ChatToolMode.RequireAny };

        await generator.AsIChatClient().WithToolInvocation().GetResponseAsync(messages, options);

        Assert.Single(messages);
        Assert.Equal(ChatToolMode.RequireAny, options.ToolMode);
        Assert.Single(options.Tools);
    }

    [Fact]
    public void Limits_that_make_no_sense_are_refused()
    {
        IChatClient client = new ScriptedTextGenerator(ScriptedAnswer.Empty).AsIChatClient();

        Assert.Throws<ArgumentOutOfRangeException>(() => client.WithToolInvocation(new ToolInvokingOptions { MaximumIterations = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.WithToolInvocation(new ToolInvokingOptions { MaximumConsecutiveErrors = -1 }));
    }

    private static async Task<ChatResponse> Ask(ScriptedTextGenerator generator, bool streams, ToolInvokingOptions? options = null, params AITool[] tools)
    {
        using IChatClient client = generator.AsIChatClient().WithToolInvocation(options);
        return await Ask(client, streams, [new ChatMessage(ChatRole.User, "Question")], new ChatOptions { Tools = tools });
    }

    private static async Task<ChatResponse> Ask(IChatClient client, bool streams, IEnumerable<ChatMessage> messages, ChatOptions options) =>
        streams ? await client.GetStreamingResponseAsync(messages, options).ToChatResponseAsync() : await client.GetResponseAsync(messages, options);

    private static IReadOnlyList<ChatMessage> Messages(ScriptedTextGenerator generator, int request) => ((ChatInput)generator.Requests[request].Input).Messages;

    private static FunctionResultContent Result(ChatResponse response, string callId) =>
        response.Messages.SelectMany(static message => message.Contents).OfType<FunctionResultContent>().Single(result => result.CallId == callId);
}
