using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Providers;
using LocalInference.Providers.Tests;
using LocalInference.TestModels;

namespace LocalInference.Cli.Tests.Datasets;

public sealed class SynthesizeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-cli-synthesis-").FullName;

    public SynthesizeTests()
    {
        Write("seeds.txt", "tea\nrain\n");
        Write("template.jinja", "Ask about {{ text }}.");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_providers_model_makes_samples_and_another_judges_them()
    {
        Write("criterion.txt", "It is about water.");
        await using FakeProvider server = await FakeProvider.StartAsync(static (request, _) => Say(
            (string?)request.Json["model"] == "judge" ? (Prompt(request).Contains("rain", StringComparison.Ordinal) ? """{"score": 5}""" : """{"score": 2}""")
            : Prompt(request).Contains("rain", StringComparison.Ordinal) ? """{"question": "What is rain?", "answer": "Water."}"""
            : """{"question": "What is tea?", "answer": "Leaves."}"""));
        WriteSettings(server);
        using CliHarness first = new();
        using CliHarness second = new();
        string[] arguments = [.. Arguments("cloud/maker"), "--judge", "cloud/judge", "--criterion", At("criterion.txt"), "--least-score", "3", "--settings", At("settings.json")];

        Assert.Equal((ExitCode.Success, ""), (await first.RunAsync(arguments), first.Error));
        Assert.Equal((ExitCode.Success, ""), (await second.RunAsync(arguments), second.Error));

        Assert.Equal($"wrote {At("out.jsonl")}: 1 of 2 samples, 1 refused, 0 duplicates, 0 failed\n", first.Out);
        Assert.Equal($"wrote {At("out.jsonl")}: 1 of 2 samples, 1 refused, 0 duplicates, 0 failed, 2 of them from before\n", second.Out);
        Assert.Equal("""{"messages":[{"role":"user","content":"What is rain?"},{"role":"assistant","content":"Water."}]}""" + "\n", await File.ReadAllTextAsync(At("out.jsonl")));
        Assert.Equal(4, server.Requests.Count);
        RecordedRequest made = server.Requests.First(static request => (string?)request.Json["model"] == "maker");
        Assert.Equal("json_schema", (string?)made.Json["response_format"]!["type"]);
        Assert.Contains("It is about water.", server.Requests.First(static request => (string?)request.Json["model"] == "judge").Json["messages"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_of_this_machine_is_held_to_the_schema_and_judges_itself()
    {
        string model = At("tiny.gguf");
        TestModel.Write(model, TestModelSpec.LlamaChat with { ContextLength = 2048 });
        Write("schema.json", """{"type":"object","properties":{"question":{"type":"string","minLength":6,"maxLength":12},"answer":{"type":"string","minLength":6,"maxLength":12}},"required":["question","answer"],"additionalProperties":false}""");
        using CliHarness cli = new();

        int code = await cli.RunAsync([.. Arguments(model), "--schema", At("schema.json"), "--judge", model, "--least-score", "1", "--per-seed", "2", "--parallel", "1", "--context", "2048", "--gpu-layers", "0", "--threads", "1"]);

        Assert.Equal((ExitCode.Success, ""), (code, cli.Error));
        Assert.Contains("4 of 4 samples", cli.Out, StringComparison.Ordinal);
        Assert.All(await File.ReadAllLinesAsync(At("out.jsonl")), static line => Assert.Equal(2, JsonDocument.Parse(line).RootElement.GetProperty("messages").GetArrayLength()));
    }

    [Fact]
    public async Task No_sample_is_a_failure_that_says_what_to_do()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Say("I would rather not."));
        WriteSettings(server);
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync([.. Arguments("cloud/maker"), "--settings", At("settings.json")]));

        Assert.StartsWith("2 answers were cut or no samples.", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--criterion criterion.txt")]
    [InlineData("--least-score 3")]
    [InlineData("--judge cloud/a --least-score 6")]
    [InlineData("--per-seed 0")]
    [InlineData("--parallel 0")]
    public async Task Wrong_usage_is_exit_code_2(string more)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync([.. Arguments("cloud/maker"), .. more.Split(' ')]));
    }

    [Fact]
    public async Task A_schema_that_is_no_JSON_is_named()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync([.. Arguments("cloud/maker"), "--schema", At("seeds.txt")]));

        Assert.Contains("seeds.txt' is no JSON", cli.Error, StringComparison.Ordinal);
    }

    private string[] Arguments(string model) => ["dataset", "synthesize", At("seeds.txt"), "--model", model, "--template", At("template.jinja"), "--out", At("out.jsonl")];

    private string At(string name) => Path.Combine(_folder, name);

    private void Write(string name, string text) => File.WriteAllText(At(name), text);

    private void WriteSettings(FakeProvider server) => Write("settings.json", $$"""
        { "Providers": { "cloud": { "Kind": "{{nameof(ProviderKind.OpenAICompatible)}}", "Address": "{{new Uri(server.Address, "/v1")}}", "Resilience": { "Retries": 0 } } } }
        """);

    private static string Prompt(RecordedRequest request) => (string)request.Json["messages"]!.AsArray()[^1]!["content"]!;

    private static Answer Say(string text) => Answer.Stream("text/event-stream", Answer.Events(
        $$"""{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":{{JsonSerializer.Serialize(text)}}},"finish_reason":"stop"}]}""",
        "[DONE]"));
}
