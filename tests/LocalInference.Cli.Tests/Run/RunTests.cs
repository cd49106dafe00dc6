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
}
