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
        var gate = new TaskCompletionSource();
        AIFunction slow = AIFunctionFactory.Create(
            async () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                if (!parallel || most == 3)
                {
                    gate.TrySetResult();
                }

                await gate.Task;
                Interlocked.Decrement(ref running);
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
    [InlineData(true, "5")]
    [InlineData(false, "The user did not allow this call: too dear")]
    public async Task A_function_that_needs_approval_is_asked_about_and_then_made_or_not(bool approves, string told)
    {
        AIFunction careful = new ApprovalRequiredAIFunction(s_add);
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Call("add", """{"a":2,"b":3}""", "c1"), ScriptedAnswer.Say("Well."));
        using ToolInvokingChatClient client = generator.AsIChatClient().WithToolInvocation();
        var options = new ChatOptions { Tools = [careful] };
        List<ChatMessage> messages = [new(ChatRole.User, "2+3?")];

        ChatResponse asked = await client.GetResponseAsync(messages, options);
        ToolApprovalRequestContent request = asked.Messages.SelectMany(static message => message.Contents).OfType<ToolApprovalRequestContent>().Single();
        messages.AddRange(asked.Messages);
        messages.Add(new ChatMessage(ChatRole.User, [request.CreateResponse(approves, "too dear")]));
        ChatResponse answer = await client.GetResponseAsync(messages, options);

        Assert.Equal(told, Result(answer, "c1").Result!.ToString());
        Assert.Equal("Well.", answer.Text);
        Assert.DoesNotContain(Messages(generator, 1).SelectMany(static message => message.Contents), static content => content is ToolApprovalRequestContent or ToolApprovalResponseContent);
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
        var chat = new ChatOptions { Tools = tools };
        return streams ? await client.GetStreamingResponseAsync("Question", chat).ToChatResponseAsync() : await client.GetResponseAsync("Question", chat);
    }

    private static IReadOnlyList<ChatMessage> Messages(ScriptedTextGenerator generator, int request) => ((ChatInput)generator.Requests[request].Input).Messages;

    private static FunctionResultContent Result(ChatResponse response, string callId) =>
        response.Messages.SelectMany(static message => message.Contents).OfType<FunctionResultContent>().Single(result => result.CallId == callId);
}
