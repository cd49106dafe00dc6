using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;
using Microsoft.Extensions.AI;

namespace LocalInference.Cli.Tests.Run;

public sealed class RunTests
{
    [Fact]
    public async Task A_completion_prints_only_the_continuation()
    {
        using CliHarness cli = new() { Model = new FakeModel().Answer(", there", " was") };

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "model.gguf", "Once upon", "a time"));

        Assert.Equal(", there was\n", cli.Out);
        Assert.Empty(cli.Error);
        Assert.Equal(["Once upon a time"], cli.Model.Prompts);
        Assert.Equal("model.gguf", cli.Loader!.Path);
        Assert.True(cli.Model.IsDisposed);
    }

    [Fact]
    public async Task Piped_text_comes_before_the_argument()
    {
        using CliHarness cli = new() { Input = "the text\n" };

        await cli.RunAsync("run", "model", "Sum it up.");

        Assert.Equal(["the text\n Sum it up."], cli.Model.Prompts);
    }

    [Fact]
    public async Task Piped_text_alone_is_the_prompt()
    {
        using CliHarness cli = new() { Input = "the text" };

        await cli.RunAsync("run", "model");

        Assert.Equal(["the text"], cli.Model.Prompts);
    }

    [Fact]
    public async Task What_a_stored_model_says_holds_unless_the_command_line_says_otherwise()
    {
        ModelDefaults defaults = new()
        {
            System = "Be brief.",
            Messages = [new(ChatRole.User, "a"), new(ChatRole.Assistant, "b")],
            StopSequences = ["<end>"],
            MaxTokens = 7,
        };
        SamplingOverrides sampling = new() { Temperature = 0.1f, TopK = 3 };
        using CliHarness plain = new() { Model = new FakeModel { Info = FakeModel.Chat().Info, Defaults = defaults, Sampling = sampling } };
        using CliHarness flags = new() { Model = new FakeModel { Info = FakeModel.Chat().Info, Defaults = defaults, Sampling = sampling } };

        await plain.RunAsync("run", "model", "c");
        await flags.RunAsync("run", "model", "c", "--system", "Be long.", "--stop", "A", "--max-tokens", "2", "--temperature", "0.5");

        Assert.Equal(["[system]Be brief.[user]a[assistant]b[user]c"], plain.Model.Prompts);
        Assert.Equal(["[system]Be long.[user]a[assistant]b[user]c"], flags.Model.Prompts);
        GenerationOptions own = Assert.Single(plain.Model.Options);
        GenerationOptions given = Assert.Single(flags.Model.Options);
        Assert.Equal((7, 0.1f, 3, "<end>"), (own.MaxTokens, own.Sampling.Temperature, own.Sampling.TopK, Assert.Single(own.StopSequences)));
        Assert.Equal((2, 0.5f, 3, "A"), (given.MaxTokens, given.Sampling.Temperature, given.Sampling.TopK, Assert.Single(given.StopSequences)));
    }

    [Fact]
    public async Task Flags_reach_the_engine()
    {
        using CliHarness cli = new();

        await cli.RunAsync(
            "run", "model", "hi", "--temperature", "0.5", "--top-p", "0.8", "--top-k", "7", "--min-p", "0.05", "--max-tokens", "9",
            "--seed", "42", "--stop", "A", "--stop", "B", "--context", "64", "--gpu-layers", "0", "--threads", "3");

        GenerationOptions options = Assert.Single(cli.Model.Options);
        Assert.Equal(9, options.MaxTokens);
        Assert.Equal(["A", "B"], options.StopSequences);
        Assert.Equal((0.5f, 0.8f, 7, 0.05f, 42u), (options.Sampling.Temperature, options.Sampling.TopP, options.Sampling.TopK, options.Sampling.MinP, options.Sampling.Seed!.Value));
        Assert.Equal((64, 0, 3), (cli.Loader!.Options!.ContextLength, cli.Loader.Options.GpuLayers, cli.Loader.Options.Threads));
    }

    [Fact]
    public async Task Adapters_guesses_and_cache_types_reach_the_engine()
    {
        using CliHarness cli = new();

        await cli.RunAsync("run", "model", "hi", "--adapter", "a.gguf", "--adapter", "b.gguf=-0.5", "--draft", "small.gguf", "--cache-type", "q8_0");

        LocalModelOptions options = cli.Loader!.Options!;
        Assert.Equal([new AdapterFile("a.gguf"), new AdapterFile("b.gguf") { Scale = -0.5f }], options.Adapters);
        Assert.Equal((SpeculationMode.DraftModel, "small.gguf"), (options.Speculation, options.DraftModelPath));
        Assert.Equal((KvCacheType.Q8_0, KvCacheType.Q8_0), (options.KeyType, options.ValueType));
        await cli.RunAsync("run", "model", "hi", "--lookup");
        Assert.Equal((SpeculationMode.PromptLookup, KvCacheType.F16), (cli.Loader.Options!.Speculation, cli.Loader.Options.KeyType));
    }

    [Fact]
    public async Task A_model_with_a_template_chats_and_raw_turns_that_off()
    {
        using CliHarness cli = new() { Model = FakeModel.Chat() };

        await cli.RunAsync("run", "model", "hi", "--system", "Be kind.");
        await cli.RunAsync("run", "model", "hi", "--raw");

        Assert.Equal(["[system]Be kind.[user]hi", "hi"], cli.Model.Prompts);
    }

    [Fact]
    public async Task A_system_message_without_a_template_fails()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("run", "model", "hi", "--system", "Be kind."));
        Assert.Contains("--system needs a model with a chat template", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_one_object_per_line_and_the_last_one_counts()
    {
        using CliHarness cli = new() { Model = new FakeModel { FinishReason = FinishReason.MaxTokens }.Answer("ä", "", "\"b\"") };

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "model", "hi", "--json"));

        string[] lines = cli.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(["""{"text":"ä","done":false}""", """{"text":"\"b\"","done":false}"""], lines[..^1]);
        JsonElement last = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.True(last.GetProperty("done").GetBoolean());
        Assert.Equal("length", last.GetProperty("done_reason").GetString());
        Assert.Equal(2, last.GetProperty("prompt_eval_count").GetInt32());
        Assert.Equal(500_000_000, last.GetProperty("prompt_eval_duration").GetInt64());
        Assert.Equal(3, last.GetProperty("eval_count").GetInt32());
        Assert.Equal(2_000_000_000, last.GetProperty("eval_duration").GetInt64());
    }

    [Fact]
    public async Task Verbose_prints_timings_to_standard_error()
    {
        using CliHarness cli = new() { Model = new FakeModel().Answer("a", "b", "c") };

        await cli.RunAsync("run", "model", "hello", "--verbose");

        Assert.Equal("abc\n", cli.Out);
        Assert.Contains("prompt eval count:    5 token(s)\nprompt eval duration: 500ms\nprompt eval rate:     10.00 tokens/s\neval count:           3 token(s)\neval duration:        2s\neval rate:            1.50 tokens/s\n", cli.Error, StringComparison.Ordinal);
        Assert.Contains("load duration: ", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_context_is_said()
    {
        using CliHarness cli = new() { Model = new FakeModel { FinishReason = FinishReason.ContextFull } };

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "model", "hi"));
        Assert.Equal("The context is full (128 tokens). Load the model with a larger --context for more.\n", cli.Error);
    }

    [Fact]
    public async Task An_interrupt_while_loading_cancels_the_load()
    {
        CliHarness? running = null;
        using CliHarness cli = new()
        {
            WhileLoading = async cancellationToken =>
            {
                running!.Interrupts.Signal();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            },
        };
        running = cli;

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("run", "model", "hi"));
        Assert.Equal("error: Interrupted.\n", cli.Error);
    }

    [Fact]
    public async Task An_interrupt_while_answering_keeps_what_was_printed()
    {
        using CliHarness cli = new() { Model = new FakeModel().Answer("one", "two", "three") };
        cli.Model.BeforePiece = piece =>
        {
            if (piece == 2)
            {
                cli.Interrupts.Signal();
            }
        };

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("run", "model", "hi"));
        Assert.Equal("onetwo\n", cli.Out);
        Assert.True(cli.Model.IsDisposed);
    }

    [Fact]
    public async Task Control_sequences_of_a_model_do_not_reach_a_terminal_but_a_pipe()
    {
        string[] answer = ["a\e[2Jb\tc"];
        using CliHarness terminal = new() { AtTerminal = true, Model = new FakeModel().Answer(answer) };
        using CliHarness pipe = new() { Model = new FakeModel().Answer(answer) };

        await terminal.RunAsync("run", "model", "hi");
        await pipe.RunAsync("run", "model", "hi");

        Assert.Equal("a[2Jb\tc\n", terminal.Out);
        Assert.Equal("a\e[2Jb\tc\n", pipe.Out);
    }

    [Fact]
    public async Task Nothing_but_text_goes_into_pipes()
    {
        using CliHarness cli = new() { Model = new FakeModel().Answer("text") };

        await cli.RunAsync("run", "model", "hi", "--verbose");

        Assert.DoesNotContain('\e', cli.Out + cli.Error);
    }

    [Fact]
    public async Task The_form_of_the_answer_is_json_or_a_schema_or_that_of_a_file()
    {
        const string Schema = """{"type": "object", "properties": {"a": {"type": "integer"}}}""";
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Schema);
        using CliHarness cli = new();

        await cli.RunAsync("run", "model", "hi");
        await cli.RunAsync("run", "model", "hi", "--format", "json");
        await cli.RunAsync("run", "model", "hi", "--format", Schema);
        await cli.RunAsync("run", "model", "hi", "--format", file, "--raw");
        File.Delete(file);

        Assert.Null(cli.Model.Requests[0].Output);
        Assert.IsType<JsonOutput>(cli.Model.Requests[1].Output);
        Assert.All(cli.Model.Requests.Skip(2), static request => Assert.Equal(Schema, Assert.IsType<JsonSchemaOutput>(request.Output).Schema.GetRawText()));
    }

    [Theory]
    [InlineData(null, null, "run model hi")]
    [InlineData(true, null, "run model --think hi")]
    [InlineData(true, null, "run model hi --think")]
    [InlineData(true, null, "run model --think=true hi")]
    [InlineData(false, null, "run model --think=false hi")]
    [InlineData(true, "low", "run model --think low hi")]
    [InlineData(true, "max", "run model --think=max hi")]
    [InlineData(null, null, "run model -- hi")]
    public async Task How_to_think_is_said_in_ollamas_words_and_the_word_behind_is_the_prompts(bool? enabled, string? effort, string commandLine)
    {
        using CliHarness cli = new() { Model = Thinker() };

        Assert.Equal((ExitCode.Success, ""), (await cli.RunAsync(commandLine.Split(' ')), cli.Error));

        ReasoningSettings reasoning = Assert.IsType<ChatInput>(Assert.Single(cli.Model.Requests).Input).Reasoning;
        Assert.Equal((enabled, effort), (reasoning.Enabled, reasoning.Effort));
        Assert.Equal("[user]hi", Assert.Single(cli.Model.Prompts));
    }

    [Fact]
    public async Task Thoughts_stand_before_the_answer_unless_they_are_hidden()
    {
        using CliHarness shown = new() { Model = Thinker("Let me", " see.").Answer("Yes", ".") };
        using CliHarness hidden = new() { Model = Thinker("Let me", " see.").Answer("Yes", ".") };
        using CliHarness alone = new() { Model = Thinker("Hm.\n").Answer() };

        await shown.RunAsync("run", "model", "hi", "--think");
        await hidden.RunAsync("run", "model", "hi", "--think", "--hidethinking");
        await alone.RunAsync("run", "model", "hi");

        Assert.Equal("Thinking...\nLet me see.\n...done thinking.\n\nYes.\n", shown.Out);
        Assert.Equal("Yes.\n", hidden.Out);
        Assert.Equal("Thinking...\nHm.\n...done thinking.\n\n", alone.Out);
    }

    [Fact]
    public async Task Thoughts_are_grey_at_a_terminal_that_shows_colours()
    {
        using CliHarness grey = new() { AtTerminal = true, Variables = new Dictionary<string, string>(StringComparer.Ordinal), Model = Thinker("Hm.").Answer("Yes.") };
        using CliHarness plain = new() { AtTerminal = true, Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["NO_COLOR"] = "1" }, Model = Thinker("Hm.").Answer("Yes.") };

        await grey.RunAsync("run", "no-such-model", "hi", "--threads", "1");
        await plain.RunAsync("run", "no-such-model", "hi", "--threads", "1");

        Assert.Equal("\e[90mThinking...\nHm.\n...done thinking.\e[0m\n\nYes.\n", grey.Out);
        Assert.Equal("Thinking...\nHm.\n...done thinking.\n\nYes.\n", plain.Out);
    }

    [Fact]
    public async Task Programs_are_told_thoughts_apart()
    {
        using CliHarness shown = new() { Model = Thinker("Hm.").Answer("Yes.") };
        using CliHarness hidden = new() { Model = Thinker("Hm.").Answer("Yes.") };

        await shown.RunAsync("run", "model", "hi", "--json");
        await hidden.RunAsync("run", "model", "hi", "--json", "--hidethinking");

        Assert.StartsWith("""{"text":"","thinking":"Hm.","done":false}""" + "\n" + """{"text":"Yes.","done":false}""" + "\n", shown.Out, StringComparison.Ordinal);
        Assert.StartsWith("""{"text":"Yes.","done":false}""" + "\n", hidden.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_does_not_think_is_named()
    {
        using CliHarness chat = new() { Model = FakeModel.Chat() };
        using CliHarness completion = new() { Model = new FakeModel { Thinks = true } };

        Assert.Equal(ExitCode.Failure, await chat.RunAsync("run", "model", "hi", "--think"));
        Assert.Equal(ExitCode.Failure, await completion.RunAsync("run", "model", "hi", "--think=high"));
        Assert.Equal(ExitCode.Success, await chat.RunAsync("run", "model", "hi", "--think=false"));

        Assert.StartsWith("error: 'model' does not support thinking.\n", chat.Error, StringComparison.Ordinal);
        Assert.StartsWith("error: 'model' does not support thinking.\n", completion.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5m", 300.0)]
    [InlineData("1.5", 1.5)]
    [InlineData("0", 0.0)]
    [InlineData("-1", -0.001)]
    public async Task Keeping_a_model_is_a_servers_business_which_is_said(string time, double seconds)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "model", "hi", "--keepalive", time));

        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(cli.Model.Requests).KeepAlive);
        Assert.Equal(seconds != 0, cli.Error.StartsWith("warning: --keepalive is for a running server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_seed_of_the_models_own_holds_until_another_is_said()
    {
        using CliHarness cli = new() { AtTerminal = true, Model = new FakeModel { Sampling = new SamplingOverrides { Seed = 7 } } };
        cli.Keys.Line("one").Line("/set seed 8").Line("two").Line("/set seed none").Line("three").Line("four");

        await cli.RunAsync("run", "model");

        uint?[] seeds = [.. cli.Model.Options.Select(static options => options.Sampling.Seed)];
        Assert.Equal((7u, 8u), (seeds[0]!.Value, seeds[1]!.Value));
        Assert.NotEqual(seeds[2], seeds[3]);
    }

    private static FakeModel Thinker(params string[] thoughts) => new() { Info = FakeModel.Chat().Info, Thinks = true, Thoughts = thoughts };
}
