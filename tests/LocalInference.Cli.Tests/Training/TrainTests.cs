using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Cli.Training;
using LocalInference.Training;

namespace LocalInference.Cli.Tests.Training;

public sealed class TrainTests(ModelFixture models) : IClassFixture<ModelFixture>
{
    private const string Pairs = """
        {"prompt": "the cat", "completion": " sat on the mat"}

        {"prompt": "the dog", "completion": " ran"}
        {"text": "a whole text"}
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
    public async Task A_line_that_is_no_sample_is_named()
    {
        string data = Write("broken.jsonl", "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"a\"}\n");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("train", models.Completion, "--data", data, "--out", Path.Combine(models.Folder, "broken")));

        Assert.Contains("broken.jsonl, line 2 is no sample", cli.Error, StringComparison.Ordinal);
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

    [Fact]
    public async Task Prompts_are_read_and_completions_learned()
    {
        await using LocalModel model = await LocalModel.LoadAsync(models.Completion);
        Tokenizer tokenizer = model.Tokenizer;
        SampleFile file = new(tokenizer);

        TrainingSample[] pairs = [.. file.Read(Write("read.jsonl", Pairs))];
        TrainingSample[] paragraphs = [.. file.Read(Write("read.txt", "one\ntwo\n\n\nthree\n"))];

        int[] prompt = tokenizer.Encode("the cat");
        Assert.Equal(3, pairs.Length);
        Assert.Equal([.. prompt, .. tokenizer.Encode(" sat on the mat", addSpecial: false), tokenizer.EndOfSequence!.Value], pairs[0].Tokens);
        Assert.All(pairs[0].Weights[..prompt.Length], static w => Assert.Equal(0, w));
        Assert.All(pairs[0].Weights[prompt.Length..], static w => Assert.Equal(1, w));
        Assert.All(pairs[2].Weights, static w => Assert.Equal(1, w));
        Assert.Equal(["one\ntwo", "three"], paragraphs.Select(p => tokenizer.Decode(p.Tokens).Trim()));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(models.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
