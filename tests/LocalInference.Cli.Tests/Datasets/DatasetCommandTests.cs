using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.TestModels;

namespace LocalInference.Cli.Tests.Datasets;

public sealed class DatasetCommandTests : IDisposable
{
    private const string Chat = """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello there."}]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-cli-datasets-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Check_lists_what_is_wrong_and_fails_if_something_is_left_out()
    {
        string path = Write(Chat, "{", Chat);

        (int code, string text) = await RunAsync("dataset", "check", path);

        Assert.Equal(ExitCode.Failure, code);
        Assert.Equal("line  issue      detail\n   2  malformed  it is no JSON\n   3  duplicate  the same as 1\n3 entries: 1 malformed, 1 duplicate; 1 left out\n", text);
        Assert.Equal((ExitCode.Success, "1 entry: nothing wrong\n"), await RunAsync("dataset", "check", Write(Chat)));
    }

    [Fact]
    public async Task Stats_count_tokens_with_a_model()
    {
        string model = TestModel.WriteTo(_folder, TestModelSpec.Qwen2);
        string path = Write(Chat);

        (_, string text) = await RunAsync("dataset", "stats", path, "--model", model);
        (_, string json) = await RunAsync("dataset", "stats", path, "--model", model, "--json");

        Assert.Matches(@"(?m)^samples +1$", text);
        Assert.Matches(@"(?m)^learned tokens +\d+$", text);
        Assert.Matches("(?m)^ +\\d+ +1  #{40}$", text);
        JsonElement report = JsonDocument.Parse(json).RootElement;
        Assert.Equal(1, report.GetProperty("samples").GetInt32());
        Assert.InRange(report.GetProperty("learned_tokens").GetInt32(), 2, report.GetProperty("tokens").GetInt32() - 1);
    }

    [Fact]
    public async Task Preview_marks_what_is_learned()
    {
        string model = TestModel.WriteTo(_folder, TestModelSpec.Qwen2);

        (int code, string text) = await RunAsync("dataset", "preview", Write(Chat), "--model", model);

        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("<|im_start|>assistant\n⟦Hello there.<|im_end|>⟧\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clean_writes_what_stays()
    {
        string path = Write("""{"text":"one mail: joe@example.com"}""", "{", """{"text":"one mail: joe@example.com"}""");
        string target = Path.Combine(_folder, "clean.jsonl");

        (int code, string text) = await RunAsync("dataset", "clean", path, target, "--redact", "--drop-duplicates");

        Assert.Equal((ExitCode.Success, $"wrote {target}: 1 of 3 entries\n"), (code, text));
        Assert.Equal("""{"text":"one mail: [email]"}""" + "\n", await File.ReadAllTextAsync(target));
    }

    [Theory]
    [InlineData("dataset")]
    [InlineData("dataset preview file.jsonl")]
    [InlineData("dataset check file.jsonl --format poem")]
    [InlineData("dataset check file.jsonl --max-length 1")]
    public async Task Wrong_usage_is_exit_code_2(string commandLine)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync(commandLine.Split(' ')));
    }

    private string Write(params string[] lines)
    {
        string path = Path.Combine(_folder, "data.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }

    private static async Task<(int Code, string Out)> RunAsync(params string[] arguments)
    {
        using CliHarness cli = new();
        int code = await cli.RunAsync(arguments);
        return (code, cli.Out);
    }
}
