using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Run;
using LocalInference.Cli.Tests.Fakes;
using Microsoft.Extensions.AI;

namespace LocalInference.Cli.Tests.Run;

public sealed class InteractiveSessionTests
{
    [Fact]
    public async Task Answers_follow_prompts_and_the_conversation_is_remembered()
    {
        using CliHarness cli = Session(FakeModel.Chat().Answer("Hello", "!").Answer("Bye."));
        cli.Keys.Line("hi").Line("and now?").Line("/bye");

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "model", "--system", "S"));

        Assert.Equal(["[system]S[user]hi", "[system]S[user]hi[assistant]Hello![user]and now?"], cli.Model.Prompts);
        Assert.Contains("Hello!\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("Bye.\n", cli.Out, StringComparison.Ordinal);
        Assert.True(cli.Model.IsDisposed);
    }

    [Fact]
    public async Task Clear_forgets()
    {
        using CliHarness cli = Session(FakeModel.Chat());
        cli.Keys.Line("one").Line("/clear").Line("two").Control(ConsoleKey.D);

        await cli.RunAsync("run", "model");

        Assert.Equal(["[user]one", "[user]two"], cli.Model.Prompts);
    }

    [Fact]
    public async Task Without_a_template_each_text_is_continued_on_its_own()
    {
        using CliHarness cli = Session(new FakeModel());
        cli.Keys.Line("one").Line("two");

        await cli.RunAsync("run", "model");

        Assert.Equal(["one", "two"], cli.Model.Prompts);
    }

    [Fact]
    public async Task Ctrl_C_stops_the_answer_and_not_the_program()
    {
        using CliHarness cli = Session(FakeModel.Chat().Answer("par", "tial", "never").Answer("next"));
        cli.Model.BeforePiece = piece =>
        {
            if (cli.Model.Prompts.Count == 1 && piece == 2)
            {
                cli.Interrupts.Signal();
            }
        };
        cli.Keys.Line("hi").Line("go on").Line("/bye");

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "model"));

        Assert.DoesNotContain("never", cli.Out, StringComparison.Ordinal);
        Assert.Equal("[user]hi[assistant]partial[user]go on", cli.Model.Prompts[1]);
        Assert.Contains("next\n", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_at_the_prompt_says_how_to_leave()
    {
        using CliHarness cli = Session(new FakeModel());
        cli.Keys.Type("half a li").Control(ConsoleKey.C).Control(ConsoleKey.D);

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "model"));

        Assert.Contains("Use Ctrl-D or /bye to leave.\n", cli.Out, StringComparison.Ordinal);
        Assert.Empty(cli.Model.Prompts);
    }

    [Fact]
    public async Task Triple_quotes_hold_several_lines()
    {
        using CliHarness cli = Session(new FakeModel());
        cli.Keys.Line("\"\"\"first").Line("  second").Line("third\"\"\"").Line("\"\"\"alone\"\"\"");

        await cli.RunAsync("run", "model");

        Assert.Equal(["first\n  second\nthird", "alone"], cli.Model.Prompts);
    }

    [Fact]
    public async Task Settings_change_and_bad_ones_are_refused()
    {
        using CliHarness cli = Session(new FakeModel());
        cli.Keys.Line("/set temperature 0.25").Line("/set top_k 3").Line("/set max-tokens 2").Line("/set temperature hot").Line("/set volume 11")
            .Line("/set seed 7").Line("/set").Line("hi").Line("/set seed none").Line("hi");

        await cli.RunAsync("run", "model", "--max-tokens", "5");

        Assert.Equal((0.25f, 3, 7u, 2), (cli.Model.Options[0].Sampling.Temperature, cli.Model.Options[0].Sampling.TopK, cli.Model.Options[0].Sampling.Seed!.Value, cli.Model.Options[0].MaxTokens!.Value));
        Assert.Null(cli.Model.Options[1].Sampling.Seed);
        Assert.Contains("temperature takes a number of at least 0.\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("There is no setting volume.", cli.Out, StringComparison.Ordinal);
        Assert.Contains("temperature  0.25\n", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_to_think_and_the_form_of_answers_can_be_changed()
    {
        using CliHarness cli = Session(new FakeModel { Info = FakeModel.Chat().Info, Thinks = true });
        cli.Keys.Line("/set think high").Line("/set format json").Line("/set").Line("one").Line("/set nothink").Line("/set noformat").Line("two")
            .Line("/set think").Line("three").Line("/set think none").Line("/set think hard").Line("/set format xml").Line("four");

        await cli.RunAsync("run", "model", "--think=low");

        Assert.Equal(["high", "false", "true", null], cli.Model.Requests.Select(static request => ThinkOption.WordFor(((ChatInput)request.Input).Reasoning)), StringComparer.Ordinal);
        Assert.Equal(["json", null, null, null], cli.Model.Requests.Select(static request => FormatOption.TextFor(request.Output)), StringComparer.Ordinal);
        Assert.Contains("think        high\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("format       json\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("think takes true, false, low, medium, high or max, or none.\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("The format is json, a JSON schema or the path of a file with one, not 'xml'.\n", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_does_not_think_says_so()
    {
        using CliHarness cli = Session(FakeModel.Chat());
        cli.Keys.Line("/set think").Line("hi");

        await cli.RunAsync("run", "model");

        Assert.Contains("This model does not support thinking.\n", cli.Out, StringComparison.Ordinal);
        Assert.Null(((ChatInput)Assert.Single(cli.Model.Requests).Input).Reasoning.Enabled);
    }

    [Fact]
    public async Task Thoughts_are_remembered_with_their_answer_also_hidden_ones()
    {
        using CliHarness cli = Session(new FakeModel { Info = FakeModel.Chat().Info, Thoughts = ["Hm", "."] }.Answer("Yes.").Answer("No."));
        cli.Keys.Line("one").Line("two");

        await cli.RunAsync("run", "model", "--hidethinking");

        ChatMessage answer = ((ChatInput)cli.Model.Requests[1].Input).Messages[1];
        Assert.Equal(("Hm.", "Yes."), (Assert.Single(answer.Contents.OfType<TextReasoningContent>()).Text, answer.Text));
    }

    [Fact]
    public async Task Verbose_can_be_turned_on()
    {
        using CliHarness cli = Session(new FakeModel());
        cli.Keys.Line("hi").Line("/set verbose on").Line("hi");

        await cli.RunAsync("run", "model");

        Assert.Equal(2, cli.Error.Split("eval rate:            ").Length);
    }

    [Fact]
    public async Task Unknown_commands_and_help_do_not_reach_the_model_but_paths_do()
    {
        using CliHarness cli = Session(new FakeModel());
        cli.Keys.Line("/?").Line("/dance").Line("").Line("   ").Line("/etc/hosts is what?");

        await cli.RunAsync("run", "model");

        Assert.Equal(["/etc/hosts is what?"], cli.Model.Prompts);
        Assert.Contains("/clear", cli.Out, StringComparison.Ordinal);
        Assert.Contains("There is no command /dance.", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_needs_a_prompt()
    {
        using CliHarness cli = Session(new FakeModel());

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("run", "model", "--json"));
    }

    private static CliHarness Session(FakeModel model) => new() { AtTerminal = true, Model = model };
}
