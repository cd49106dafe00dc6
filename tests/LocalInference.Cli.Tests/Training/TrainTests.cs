using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Cli.Tests.Fakes;

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

        Assert.Contains("broken.jsonl: 1 of 2 entries left out, 0 cut", cli.Error, StringComparison.Ordinal);
        Assert.Contains("1 samples,", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rank", "0")]
    [InlineData("--dropout", "1")]
    [InlineData("--schedule", "sudden")]
    [InlineData("--warmup", "2")]
    public async Task A_bad_value_is_wrong_usage(string option, string value)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("train", "m.gguf", "--data", "d", "--out", "o", option, value));
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
