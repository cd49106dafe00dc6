using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Cli.Training;
using LocalInference.Gguf;

namespace LocalInference.Cli.Tests.Training;

public sealed class TrainTests(ModelFixture models) : IClassFixture<ModelFixture>
{
    private const string Pairs = """
        {"prompt": "the cat", "completion": " sat on the mat"}

        {"prompt": "the dog", "completion": " ran"}
        {"prompt": "a", "completion": " whole text"}
        """;

    [Fact]
    public async Task It_trains_an_adapter_that_run_takes()
    {
        string data = Write("pairs.jsonl", Pairs);
        string output = Path.Combine(models.Folder, "run");
        using CliHarness cli = new();

        int code = await cli.RunAsync("train", models.Completion, "--data", data, "--out", output, "--validation", data, "--rank", "2", "--epochs", "3", "--batch", "2", "--learning-rate", "0.01");

        Assert.Equal((ExitCode.Success, ""), (code, code == 0 ? "" : cli.Error));
        string adapter = Path.Combine(output, "adapter.gguf");
        Assert.Equal($"{adapter}\n", cli.Out);
        Assert.Contains("3 samples, 3 to measure on", cli.Error, StringComparison.Ordinal);
        Assert.Contains("step 6/6  loss", cli.Error, StringComparison.Ordinal);
        Assert.Contains("perplexity", cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', cli.Error);
        Assert.Equal(6, File.ReadAllLines(Path.Combine(output, "metrics.jsonl")).Length);

        CliProcess run = await CliProcess.RunAsync("run", models.Completion, "the cat", "--adapter", adapter, "--max-tokens", "2", "--temperature", "0");
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task It_goes_on_where_it_was()
    {
        string data = Write("pairs2.jsonl", Pairs);
        string output = Path.Combine(models.Folder, "resumed");
        string[] arguments = ["train", models.Completion, "--data", data, "--out", output, "--rank", "2", "--epochs", "2"];
        using CliHarness first = new();
        using CliHarness second = new();

        Assert.Equal(ExitCode.Success, await first.RunAsync(arguments));
        byte[] adapter = await File.ReadAllBytesAsync(Path.Combine(output, "adapter.gguf"));
        Assert.Equal(ExitCode.Success, await second.RunAsync([.. arguments, "--resume"]));

        Assert.DoesNotContain("step ", second.Error, StringComparison.Ordinal);
        Assert.Equal(adapter, await File.ReadAllBytesAsync(Path.Combine(output, "adapter.gguf")));
    }

    [Fact]
    public async Task A_configuration_says_what_the_command_line_does_not()
    {
        string data = Write("pairs3.jsonl", Pairs);
        string output = Path.Combine(models.Folder, "configured");
        string config = Write("train.json", $$"""{"model": {{JsonSerializer.Serialize(models.Completion)}}, "data": {{JsonSerializer.Serialize(data)}}, "rank": 3, "epochs": 2, "batch": 1}""");
        using CliHarness cli = new();

        Assert.Equal((ExitCode.Success, 0), (await cli.RunAsync("train", "--config", config, "--out", output, "--epochs", "1", "--in-process"), cli.Error.IndexOf("3 samples, ", StringComparison.Ordinal)));

        JsonElement written = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "config.json"))).RootElement;
        Assert.Equal((3, 6, 1, 1), (written.GetProperty("rank").GetInt32(), written.GetProperty("alpha").GetInt32(), written.GetProperty("epochs").GetInt32(), written.GetProperty("batch").GetInt32()));
        Assert.True(File.Exists(Path.Combine(output, "loss.svg")));
    }

    [Theory]
    [InlineData(""", "alpha": 6""", 6)]
    [InlineData("", 4)]
    public async Task A_rank_of_the_command_line_leaves_the_alpha_of_a_configuration(string alpha, int expected)
    {
        string data = Write("pairs4.jsonl", Pairs);
        string output = Path.Combine(models.Folder, $"alpha{expected}");
        string config = Write("alpha.json", $$"""{"rank": 3{{alpha}}, "epochs": 1}""");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("train", models.Completion, "--config", config, "--data", data, "--out", output, "--rank", "2", "--in-process"));

        JsonElement written = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "config.json"))).RootElement;
        Assert.Equal((2, expected), (written.GetProperty("rank").GetInt32(), written.GetProperty("alpha").GetInt32()));
    }

    [Fact]
    public async Task Lines_that_are_no_samples_are_counted()
    {
        string data = Write("broken.jsonl", "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"a\"}\n");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("train", models.Completion, "--data", data, "--out", Path.Combine(models.Folder, "broken"), "--epochs", "1", "--rank", "2"));

        Assert.Contains("broken.jsonl, 2 entries: 1 malformed; 1 left out. `localinference dataset check", cli.Error, StringComparison.Ordinal);
        Assert.Contains("1 samples,", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_samples_is_said_and_what_is_too_long_cut_or_left_out()
    {
        string text = string.Join(' ', Enumerable.Repeat("word", 40));
        string data = Write("wrong.jsonl", $$"""
            {"prompt": "a", "completion": " joe@example.com"}
            {"prompt": "a", "completion": " joe@example.com"}
            {"prompt": "b", "completion": " {{text}}"}
            """);
        string[] arguments = ["train", models.Completion, "--data", data, "--out", Path.Combine(models.Folder, "wrong"), "--epochs", "1", "--rank", "2", "--max-length", "30", "--in-process"];
        using CliHarness cut = new();
        using CliHarness dropped = new();

        Assert.Equal(ExitCode.Success, await cut.RunAsync(arguments));
        Assert.Equal(ExitCode.Success, await dropped.RunAsync([.. arguments, "--drop-truncated"]));

        Assert.Contains("wrong.jsonl, 3 entries: 1 too long, 1 duplicate, 2 e-mail; 0 left out, what is too long is cut. ", cut.Error, StringComparison.Ordinal);
        Assert.Contains("wrong.jsonl, 3 entries: 1 too long, 1 duplicate, 2 e-mail; 1 left out. ", dropped.Error, StringComparison.Ordinal);
        Assert.Contains("3 samples,", cut.Error, StringComparison.Ordinal);
        Assert.Contains("2 samples,", dropped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flags_say_which_matrices_change_how_far_and_which_samples_are_measured_on()
    {
        string data = Write("pairs5.jsonl", Pairs);
        string output = Path.Combine(models.Folder, "flags");
        using CliHarness cli = new();

        int code = await cli.RunAsync("train", models.Completion, "--data", data, "--out", output, "--rank", "2", "--epochs", "1", "--targets", "query,value", "--weight-decay", "0.5", "--max-gradient-norm", "2", "--validation-share", "0.34", "--in-process");

        Assert.Equal((ExitCode.Success, ""), (code, code == 0 ? "" : cli.Error));
        JsonElement written = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "config.json"))).RootElement;
        Assert.Equal("Query, Value", written.GetProperty("targets").GetString());
        Assert.Equal((0.5, 2.0), (written.GetProperty("weight_decay").GetDouble(), written.GetProperty("max_gradient_norm").GetDouble()));
        Assert.Equal((2, 1), (written.GetProperty("samples").GetInt32(), written.GetProperty("validation_samples").GetInt32()));
        using GgufFile adapter = GgufFile.Open(Path.Combine(output, "adapter.gguf"));
        Assert.All(adapter.Tensors, static tensor => Assert.Matches(@"attn_[qv]\.", tensor.Name));
    }

    [Fact]
    public async Task A_configuration_says_how_samples_are_read()
    {
        string text = string.Join(' ', Enumerable.Repeat("word", 40));
        string data = Write("pairs8.jsonl", $"{Pairs}\n{{\"prompt\": \"b\", \"completion\": \" {text}\"}}\n");
        string config = Write("samples.json", """{"learn_all": true, "drop_truncated": true, "validation_share": 0.34, "max_length": 30, "epochs": 1, "rank": 2}""");
        string output = Path.Combine(models.Folder, "samples");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("train", models.Completion, "--config", config, "--data", data, "--out", output, "--in-process"));

        Assert.Contains("4 entries: 1 too long; 1 left out. ", cli.Error, StringComparison.Ordinal);
        Assert.Contains("2 samples, 1 to measure on,", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_tokens_are_learned_on_request()
    {
        string data = Write("pairs6.jsonl", Pairs);

        Assert.NotEqual(await FirstLossAsync("answers"), await FirstLossAsync("everything", "--learn-all"));

        async Task<double> FirstLossAsync(string name, params string[] more)
        {
            string output = Path.Combine(models.Folder, name);
            using CliHarness cli = new();
            Assert.Equal(ExitCode.Success, await cli.RunAsync(["train", models.Completion, "--data", data, "--out", output, "--rank", "2", "--epochs", "1", "--in-process", .. more]));
            return JsonDocument.Parse(File.ReadLines(Path.Combine(output, "metrics.jsonl")).First()).RootElement.GetProperty("loss").GetDouble();
        }
    }

    [Fact]
    public async Task An_interrupt_keeps_what_was_learned()
    {
        string data = Write("pairs7.jsonl", Pairs);
        string output = Path.Combine(models.Folder, "interrupted");
        using CliHarness cli = new();

        Task<int> run = cli.RunAsync("train", models.Completion, "--data", data, "--out", output, "--rank", "2", "--epochs", "100000000");
        while (!File.Exists(Path.Combine(output, "metrics.jsonl")) && !run.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        cli.Interrupts.Signal();

        Assert.Equal(ExitCode.Failure, await run);
        Assert.Contains("error: Interrupted; what was learned is in the checkpoint.", cli.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(output, "checkpoint.gguf")));
    }

    [Fact]
    public void A_checkpoint_of_an_earlier_run_is_none_to_go_on_from()
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(models.Folder, "watched")).FullName, "checkpoint.gguf");
        CheckpointWatch first = new(Path.GetDirectoryName(path)!);
        Assert.False(first.CanResume(isResumed: true));
        File.WriteAllText(path, "");
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        CheckpointWatch second = new(Path.GetDirectoryName(path)!);

        Assert.True(first.CanResume(isResumed: false));
        Assert.False(second.CanResume(isResumed: false));
        Assert.True(second.CanResume(isResumed: true));
    }

    [Theory]
    [InlineData("--rank", "0")]
    [InlineData("--dropout", "1")]
    [InlineData("--schedule", "sudden")]
    [InlineData("--warmup", "2")]
    [InlineData("--targets", "none")]
    [InlineData("--targets", "7")]
    [InlineData("--targets", "query,mouth")]
    [InlineData("--weight-decay", "2")]
    [InlineData("--max-gradient-norm", "0")]
    [InlineData("--validation-share", "1")]
    public async Task A_bad_value_is_wrong_usage(string option, string value)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("train", "m.gguf", "--data", "d", "--out", "o", option, value));
    }

    [Fact]
    public async Task What_is_measured_on_comes_from_one_place()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("train", "m.gguf", "--data", "d", "--out", "o", "--validation", "v", "--validation-share", "0.1"));

        Assert.Contains("--validation-share", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_and_folder_are_needed()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("train", "m.gguf"));

        Assert.Contains("--data", cli.Error, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(models.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
