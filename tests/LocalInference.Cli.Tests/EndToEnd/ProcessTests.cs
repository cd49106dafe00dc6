using System.Diagnostics;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.TestModels;

namespace LocalInference.Cli.Tests.EndToEnd;

public sealed class ProcessTests(ModelFixture models) : IClassFixture<ModelFixture>
{
    [Fact]
    public async Task Run_continues_a_prompt_from_a_pipe()
    {
        CliProcess first = await CliProcess.RunWithInputAsync("the cat", "run", models.Completion, "--temperature", "0", "--max-tokens", "8");
        CliProcess second = await CliProcess.RunAsync("run", models.Completion, "the cat", "--temperature", "0", "--max-tokens", "8", "--json");

        Assert.Equal((ExitCode.Success, ""), (first.ExitCode, first.Error));
        Assert.DoesNotContain('\e', first.Out);
        string[] lines = second.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(first.Out.TrimEnd('\n'), string.Concat(lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString())).TrimEnd('\n'));
        Assert.True(JsonDocument.Parse(lines[^1]).RootElement.GetProperty("done").GetBoolean());
    }

    [Fact]
    public async Task Run_chats_with_a_model_that_has_a_template()
    {
        CliProcess chat = await CliProcess.RunAsync("run", models.Chat, "hello", "--temperature", "0", "--max-tokens", "4", "--verbose");

        Assert.Equal(ExitCode.Success, chat.ExitCode);
        Assert.Contains("eval rate:", chat.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', chat.Error);
    }

    [Fact]
    public async Task Run_keeps_a_chat_and_a_text_to_a_form()
    {
        const string Schema = """{"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"]}""";

        CliProcess chat = await CliProcess.RunAsync("run", models.Chat, "hello", "--temperature", "0", "--max-tokens", "40", "--format", Schema);
        CliProcess text = await CliProcess.RunAsync("run", models.Completion, "hello", "--temperature", "0", "--max-tokens", "40", "--format", Schema);
        CliProcess thinking = await CliProcess.RunAsync("run", models.Chat, "hello", "--think");

        Assert.All([chat, text], static run => Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error)));
        Assert.All([chat, text], static run => Assert.StartsWith("{", run.Out, StringComparison.Ordinal));
        Assert.Equal(ExitCode.Failure, thinking.ExitCode);
        Assert.Contains("does not support thinking", thinking.Error, StringComparison.Ordinal);
    }

    [StoriesFact]
    public async Task Run_tells_the_story()
    {
        CliProcess run = await CliProcess.RunAsync("run", TrainedModel.Path!, "Once upon a time", "--temperature", "0", "--max-tokens", "40");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.StartsWith(", there was a little girl named Lily. She loved to play outside in the park.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_model_is_failure_with_one_line_and_a_next_step()
    {
        CliProcess run = await CliProcess.RunAsync("run", "nothing.gguf", "hi");

        Assert.Equal((ExitCode.Failure, ""), (run.ExitCode, run.Out));
        Assert.Equal(2, run.Error.TrimEnd('\n').Split('\n').Length);
        Assert.StartsWith("error: No model file at", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_shows_the_models_own_pieces()
    {
        CliProcess run = await CliProcess.RunAsync("tokenize", models.Completion, "the cat", "--no-bos", "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        string pieces = string.Concat(JsonDocument.Parse(run.Out).RootElement.GetProperty("tokens").EnumerateArray().Select(static t => t.GetProperty("piece").GetString()));
        Assert.Equal("the cat", pieces.TrimStart());
    }

    [UnixFact]
    public async Task A_reader_that_leaves_ends_the_program_quietly()
    {
        string errors = Path.Combine(models.Folder, "stderr.txt");
        string command = $"(dotnet '{CliProcess.Assembly}' inspect '{models.Completion}' --json 2>'{errors}'; echo $? >>'{errors}') | head -c 1";

        CliProcess shell = await CliProcess.RunAsync("sh", ["-c", command], input: "");

        Assert.Equal("{", shell.Out);
        Assert.Equal("0\n", await File.ReadAllTextAsync(errors));
    }

    [UnixFact]
    public async Task An_interrupt_ends_the_program_with_a_line()
    {
        // A shell starts background jobs with the interrupt ignored, and whatever they start inherits that: tests too.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        CliProcess run = await CliProcess.RunAsync(
            command[0],
            [.. command[1..], CliProcess.Assembly, "run", models.Completion],
            input: null,
            static async process =>
            {
                // It waits for the end of its standard input, which never comes, and says so.
                Assert.StartsWith("Waiting for the end of standard input", await process.StandardError.ReadLineAsync(), StringComparison.Ordinal);
                using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
                await kill.WaitForExitAsync();
            });

        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Equal("error: Interrupted.\n", run.Error);
    }
}
