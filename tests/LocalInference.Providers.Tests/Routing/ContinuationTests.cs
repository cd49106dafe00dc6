using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

/// <summary>Answers that break off behind their first update, on routes that are told to go on with the next model.</summary>
public sealed class ContinuationTests
{
    private static readonly BusyException s_failure = ScriptedFailure.Busy(TimeSpan.FromSeconds(1));

    [Fact]
    public async Task The_next_provider_goes_on_from_the_text_so_far_and_the_answer_says_so()
    {
        await using FakeProvider first = await FakeProvider.StartAsync(Protocol.OpenAI.Cut(Protocol.OpenAI.FirstText + 1, static _ => Task.CompletedTask));
        await using FakeProvider second = await FakeProvider.StartAsync(Rest(Protocol.Anthropic));
        using var router = new ModelRouter(
            RoutingTests.Options(TestProviders.Options(first, ProviderKind.OpenAI, "a"), TestProviders.Options(second, ProviderKind.Anthropic, "b")) with { Routes = Route("a/m-1", "b/m-1") },
            LocalServices.None);

        List<GenerationEvent> events = await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "chain" });
        using IChatClient client = router.Generator.AsIChatClient();
        ChatResponse response = await client.GetResponseAsync("Hi", new ChatOptions { ModelId = "chain" });

        Assert.Equal("Hello world", events.Text());
        Assert.Equal("a", Assert.IsType<GenerationStarted>(events[0]).Route!.Provider);
        GenerationRoute expected = new("b", "b/m-1", "'a/m-1' broke off: provider_network", 2);
        Assert.Equal(expected, Assert.Single(events.OfType<AnswerContinued>()).Route);
        Assert.IsType<GenerationEnded>(events[^1]);
        Assert.Equal("""[{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant","content":[{"type":"text","text":"Hello","cache_control":{"type":"ephemeral"}}]}]""", second.Requests[0].Json["messages"]!.ToJsonString());
        Assert.Equal("Hello world", response.Text);
        Assert.Equal(expected, response.Messages[0].AdditionalProperties![ChatUsageNames.Route]);
    }

    /// <summary>Whatever breaks wherever: what the caller reads is the answer, once.</summary>
    [Theory]
    [MemberData(nameof(FaultTests.Scripts), MemberType = typeof(FaultTests))]
    public async Task Nothing_is_lost_and_nothing_comes_twice_under_any_fault(string name, ProviderKind kind)
    {
        const string Whole = "Hello world";
        FaultScript script = FaultScripts.All.Single(one => one.Name == name);
        await using FakeProvider server = await FakeProvider.StartAsync(script.Answers(Protocol.Of(kind)));
        var local = new ScriptedTextGenerator(static (request, _) => ScriptedAnswer.Say(Whole[Begun(request).Length..]));
        using var router = new ModelRouter(
            RoutingTests.Options(TestProviders.Options(server, kind, "a") with { Keys = ApiKeys.Of(script.Keys), Resilience = script.Resilience(TestProviders.Quick) }) with { Routes = Route("a/m-1", "local") },
            new LocalServices { Generator = local });

        (string text, Exception? error) = await router.Generator.TryAsync(TestProviders.Chat("Hi") with { Model = "chain" });

        bool isRefused = script.Error is ProviderErrorKind.BadRequest;
        Assert.Equal(isRefused ? "" : Whole, text);
        Assert.Equal(isRefused, error is not null);
        Assert.Equal(script.Error is null || isRefused ? 0 : 1, local.Requests.Count);
        Assert.All(local.Requests, request => Assert.Equal(script.Text, Begun(request)));
    }

    [Theory]
    [InlineData("Hello", " world", "Hello world")]
    [InlineData("Hello ", " world", "Hello world")]
    [InlineData("Hello ", "world", "Hello world")]
    [InlineData("Hello \n", " \n world", "Hello \n world")]
    [InlineData("Hello \n", "\nworld", "Hello \n\nworld")]
    [InlineData(" ", " Hello", " Hello")]
    public async Task Space_at_the_break_is_neither_lost_nor_doubled(string begun, string rest, string expected)
    {
        (List<GenerationEvent> events, ScriptedTextGenerator script) = await RunAsync(
            TestProviders.Chat("Hi"),
            ScriptedAnswer.Empty.Then(new TextDelta(begun)).ThenFail(s_failure),
            rest.Aggregate(ScriptedAnswer.Empty, static (answer, c) => answer.Then(new TextDelta(c.ToString()))));

        Assert.Equal(expected, events.Text());
        Assert.DoesNotContain(events, static e => e is TextDelta { Text: "" });
        Assert.Equal(begun.TrimEnd(), Begun(script.Requests[1]));
    }

    [Fact]
    public async Task What_is_asked_for_is_the_rest()
    {
        GenerationRequest request = TestProviders.Chat(new ChatMessage(ChatRole.User, "Hi"), new ChatMessage(ChatRole.Assistant, "Well, ")) with { MaxTokens = 10, StopSequences = ["END"], Sampling = new() { Temperature = 0.5f } };
        request = request with { Input = (ChatInput)request.Input with { ContinueFinalMessage = true, Reasoning = new() { Enabled = true, Effort = "high" } } };

        (List<GenerationEvent> events, ScriptedTextGenerator script) = await RunAsync(
            request,
            ScriptedAnswer.Think("Hm.").ThenSay("one two").ThenFail(s_failure),
            ScriptedAnswer.Say(" three").ThenFail(s_failure),
            ScriptedAnswer.Say(" four"));

        Assert.Equal("one two three four", events.Text());
        Assert.Equal(["'one' broke off: busy", "'two' broke off: busy"], events.OfType<AnswerContinued>().Select(static e => e.Route.Reason), StringComparer.Ordinal);
        GenerationRequest last = script.Requests[2];
        var chat = (ChatInput)last.Input;
        Assert.Equal(("three", 6, 0.5f, "END"), (last.Model, last.MaxTokens, last.Sampling.Temperature, Assert.Single(last.StopSequences)));
        Assert.Equal(("Well, one two three", true, false, null), (chat.Messages[1].Text, chat.ContinueFinalMessage, chat.Reasoning.Enabled, chat.Reasoning.Effort));
        Assert.Equal(2, chat.Messages.Count);
    }

    [Fact]
    public async Task A_prompt_is_continued_behind_its_answer()
    {
        (List<GenerationEvent> events, ScriptedTextGenerator script) = await RunAsync(
            new GenerationRequest { Input = new PromptInput { Text = "Once" } },
            ScriptedAnswer.Say(" upon a").ThenFail(s_failure),
            ScriptedAnswer.Say(" time"));

        Assert.Equal(" upon a time", events.Text());
        Assert.Equal("Once upon a", Assert.IsType<PromptInput>(script.Requests[1].Input).Text);
    }

    public static TheoryData<string> Unplain => ["thoughts", "call", "form", "probabilities", "suffix", "preceding tokens"];

    [Theory]
    [MemberData(nameof(Unplain))]
    public async Task Where_nobody_can_go_on_unseen_the_error_is_told(string what)
    {
        GenerationRequest request = what == "suffix" ? new GenerationRequest { Input = new PromptInput { Text = "a", Suffix = "b" } } : TestProviders.Chat("Hi") with
        {
            Output = what == "form" ? new JsonOutput() : null,
            LogProbabilities = what == "probabilities" ? 0 : null,
        };
        request = what == "preceding tokens" ? request with { Input = request.Input with { PrecedingTokens = new[] { 1, 2 } } } : request;
        ScriptedAnswer begun = what switch
        {
            "thoughts" => ScriptedAnswer.Think("Hm."),
            "call" => ScriptedAnswer.Say("Look.").Then(new ToolCallStarted(0, "c", "f")),
            _ => ScriptedAnswer.Say("Hello"),
        };
        var script = new ScriptedTextGenerator(begun.ThenFail(s_failure), ScriptedAnswer.Say("never"));
        using var router = new ModelRouter(new ProvidersOptions { Routes = Route("one", "two") }, new LocalServices { Generator = script });

        (string text, Exception? error) = await router.Generator.TryAsync(request with { Model = "chain" });

        Assert.Same(s_failure, error);
        Assert.DoesNotContain("never", text, StringComparison.Ordinal);
        Assert.Single(script.Requests);
    }

    [Fact]
    public async Task Who_cannot_take_a_begun_answer_is_passed_over_and_at_last_the_break_is_told()
    {
        await using FakeProvider other = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        await using FakeProvider refusing = await FakeProvider.StartAsync(Protocol.Anthropic.Refusal(400, "invalid_request_error", "no prefill"));
        ProvidersOptions options = RoutingTests.Options(TestProviders.Options(other, ProviderKind.OpenAI, "a"), TestProviders.Options(refusing, ProviderKind.Anthropic, "b"));
        var script = new ScriptedTextGenerator(ScriptedAnswer.Say("Hello").ThenFail(s_failure), ScriptedAnswer.Say(" world"), ScriptedAnswer.Say("Hello").ThenFail(s_failure));
        using var router = new ModelRouter(options with { Routes = Route("one", "a/m-1", "b/m-1", "two") }, new LocalServices { Generator = script });
        using var shorter = new ModelRouter(options with { Routes = Route("one", "a/m-1", "b/m-1") }, new LocalServices { Generator = script });

        List<GenerationEvent> events = await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "chain" });
        (string text, Exception? error) = await shorter.Generator.TryAsync(TestProviders.Chat("Hi") with { Model = "chain" });

        Assert.Equal("Hello world", events.Text());
        Assert.Equal(new GenerationRoute("localinference", "two", "'one' broke off: busy", 4), Assert.Single(events.OfType<AnswerContinued>()).Route);
        Assert.Equal("Hello", text);
        Assert.Same(s_failure, error);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_caller_that_cancels_gets_no_other_model()
    {
        using var cancellation = new CancellationTokenSource();
        var script = new ScriptedTextGenerator(ScriptedAnswer.Say("Hello").ThenWait(TimeSpan.FromSeconds(30)), ScriptedAnswer.Say(" world"));
        using var router = new ModelRouter(new ProvidersOptions { Routes = Route("one", "two") }, new LocalServices { Generator = script });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationEvent e in router.Generator.GenerateAsync(TestProviders.Chat("Hi") with { Model = "chain" }, cancellation.Token))
            {
                if (e is TextDelta)
                {
                    await cancellation.CancelAsync();
                }
            }
        });

        Assert.Single(script.Requests);
    }

    [Fact]
    public async Task Both_models_are_paid_and_the_answer_is_not_kept()
    {
        ScriptedAnswer[] answers = [ScriptedAnswer.Say("Hello").ThenFail(s_failure), ScriptedAnswer.Say(" world"), ScriptedAnswer.Say("again")];
        var script = new ScriptedTextGenerator(answers);
        var providers = new ProvidersOptions { Routes = Route("one", "two") };
        using var router = new ModelRouter(providers, new LocalServices { Generator = script });
        string folder = Directory.CreateTempSubdirectory("continued-").FullName;
        try
        {
            await using (var ledger = new UsageLedger(Path.Combine(folder, "usage.db")))
            {
                ITextGenerator generator = new ResponseCache(ResponseCacheOptions.Default).Over(new UsageMeter(providers, new UsageOptions(), ledger).Over(router.Generator));
                GenerationRequest request = TestProviders.Chat("Hi") with { Model = "chain", Sampling = SamplingOverrides.Greedy };

                Assert.Equal("Hello world", (await generator.RunAsync(request)).Text());
                Assert.Equal("again", (await generator.RunAsync(request)).Text());

                await ledger.FlushAsync();
                using var csv = new StringWriter(CultureInfo.InvariantCulture);
                await ledger.ExportAsync(csv, DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow.AddDays(1));
                string[] lines = csv.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
                Assert.Contains("chain,one,localinference,chat,continued", lines[1], StringComparison.Ordinal);
                Assert.Contains("chain,two,localinference,chat,ok", lines[2], StringComparison.Ordinal);
                Assert.Contains("chain,one,localinference,chat,ok", lines[3], StringComparison.Ordinal);
            }
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(ProviderKind.LocalInference)]
    [InlineData(ProviderKind.Anthropic)]
    public async Task Another_LocalInference_goes_on(ProviderKind kind)
    {
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say(" world"));
        await using OwnServer server = await OwnServer.StartAsync(generator);
        using RemoteProvider own = server.Provider(kind);
        using var router = new ModelRouter(
            RoutingTests.Options(own.Options) with { Routes = Route("local", "own/script") },
            new LocalServices { Generator = new ScriptedTextGenerator(ScriptedAnswer.Say("Hello").ThenFail(s_failure)) });

        List<GenerationEvent> events = await router.Generator.RunAsync(TestProviders.Chat("Hi") with { Model = "chain" });

        Assert.Equal("Hello world", events.Text());
        Assert.Equal("Hello", Begun(Assert.Single(generator.Requests)));
    }

    private static async Task<(List<GenerationEvent> Events, ScriptedTextGenerator Script)> RunAsync(GenerationRequest request, params ScriptedAnswer[] answers)
    {
        var script = new ScriptedTextGenerator(answers);
        using var router = new ModelRouter(new ProvidersOptions { Routes = Route("one", "two", "three") }, new LocalServices { Generator = script });
        return (await router.Generator.RunAsync(request with { Model = "chain" }), script);
    }

    // The beginning of the answer that a request has; none: it is asked for as a whole.
    private static string Begun(GenerationRequest request) => request.Input is ChatInput { ContinueFinalMessage: true } chat ? chat.Messages[^1].Text : "";

    // An answer of a protocol without its first text.
    private static Answer Rest(Protocol protocol) => Answer.Stream(protocol.MediaType, [.. protocol.Pieces.Where((_, i) => i != protocol.FirstText)]);

    private static Dictionary<string, ModelRoute> Route(params string[] models) => new(StringComparer.Ordinal) { ["chain"] = new() { Models = models, ContinuesBrokenAnswers = true } };
}
