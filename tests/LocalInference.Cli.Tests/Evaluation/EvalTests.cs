using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.TestModels;

namespace LocalInference.Cli.Tests.Evaluation;

public sealed class EvalTests(ModelFixture models) : IClassFixture<ModelFixture>
{
    [Fact]
    public async Task Before_and_after_training_stand_in_one_table()
    {
        string data = Write("pairs.jsonl", """
            {"prompt": "the cat", "completion": " sat on the mat"}
            {"prompt": "the dog", "completion": " ran"}
            """);
        string run = Path.Combine(models.Folder, "run");
        using CliHarness train = new();
        using CliHarness eval = new();

        Assert.Equal(ExitCode.Success, await train.RunAsync("train", models.Completion, "--data", data, "--out", run, "--rank", "2", "--epochs", "5", "--learning-rate", "0.02", "--in-process"));
        Assert.Equal(ExitCode.Success, await eval.RunAsync("eval", models.Completion, "--adapter", Path.Combine(run, "adapter.gguf"), "--against", models.Completion, "--data", data, "--json"));

        JsonElement report = JsonDocument.Parse(eval.Out).RootElement;
        JsonElement[] rows = [.. report.GetProperty("models").EnumerateArray()];
        Assert.Equal(2, report.GetProperty("samples").GetInt32());
        Assert.Equal(3, rows.Length);
        Assert.True(rows[1].GetProperty("perplexity").GetDouble() < rows[0].GetProperty("perplexity").GetDouble());
        Assert.True(rows[1].GetProperty("divergence").GetDouble() > 0);
        Assert.InRange(rows[2].GetProperty("divergence").GetDouble(), 0, 1e-9);
        Assert.Contains("adapter.gguf", rows[1].GetProperty("name").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stored_model_is_evaluated_with_its_adapters()
    {
        string adapter = Path.Combine(models.Folder, "style.gguf");
        TestAdapter.Write(adapter, TestModelSpec.Llama, seed: 1);
        string modelfile = Write("Modelfile", $"FROM {models.Completion}\nADAPTER {adapter}\n");
        string store = Path.Combine(models.Folder, "store");
        string data = Write("words.txt", "the cat sat on the mat");
        using CliHarness create = new();
        using CliHarness files = new();
        using CliHarness stored = new() { Store = store };

        Assert.Equal(ExitCode.Success, await create.RunAsync("create", "styled", "-f", modelfile, "--models", store));
        Assert.Equal(ExitCode.Success, await files.RunAsync("eval", models.Completion, "--adapter", adapter, "--data", data, "--json"));
        Assert.Equal(ExitCode.Success, await stored.RunAsync("eval", "styled", "--against", models.Completion, "--data", data, "--json"));

        (double alone, double adapted) = Losses(files);
        Assert.NotEqual(alone, adapted);
        Assert.Equal((adapted, alone), Losses(stored));

        static (double First, double Second) Losses(CliHarness cli)
        {
            JsonElement rows = JsonDocument.Parse(cli.Out).RootElement.GetProperty("models");
            return (rows[0].GetProperty("loss").GetDouble(), rows[1].GetProperty("loss").GetDouble());
        }
    }

    [Fact]
    public async Task A_table_in_Markdown_has_what_was_measured()
    {
        string data = Write("text.txt", "the cat sat on the mat");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("eval", models.Completion, "--data", data, "--markdown"));

        string[] lines = cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["| model | loss | perplexity | accuracy |", "|---|---:|---:|---:|"], lines[..2]);
        Assert.Equal(3, lines.Length);
        Assert.Contains("tokens to predict", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Questions_are_counted()
    {
        string tasks = Write("tasks.jsonl", """
            {"prompt": "hello", "pattern": "", "max_tokens": 3}
            {"prompt": "hello", "answer": "what no model says", "max_tokens": 3}
            """);
        using CliHarness cli = new();

        Assert.Equal((ExitCode.Success, ""), (await cli.RunAsync("eval", models.Chat, "--tasks", tasks), cli.Error));

        Assert.Contains("1/2", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("perplexity", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Questions_that_are_none_are_told_before_anything_is_read()
    {
        string tasks = Write("broken.jsonl", """{"prompt": "hello"}""");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("eval", models.Chat, "--data", Path.Combine(models.Folder, "none.jsonl"), "--tasks", tasks));

        Assert.Contains("broken.jsonl", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_to_evaluate_on_is_needed()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("eval", models.Completion));

        Assert.Contains("--tasks", cli.Error, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(models.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
