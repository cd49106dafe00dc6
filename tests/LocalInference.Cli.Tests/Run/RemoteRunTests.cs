using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Providers;
using LocalInference.Providers.Tests;

namespace LocalInference.Cli.Tests.Run;

public sealed class RemoteRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("run-").FullName;

    private string Settings => Path.Combine(_folder, "localinference.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_providers_model_answers_and_is_sent_what_was_set_and_no_more()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        await WriteSettingsAsync(server);
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "cloud/some-model", "Hi", "--settings", Settings, "--system", "Be brief.", "--temperature", "0.5", "--stop", "END"));

        Assert.Equal("Hello world\n", cli.Out);
        Assert.Empty(cli.Error);
        Assert.Null(cli.Loader!.Path);
        server.Request.AssertJson("""{"model":"some-model","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"stop":["END"],"temperature":0.5}""");
    }

    [Theory]
    [InlineData("""{ "Resilience": { "Retries": 0 } }""")]
    [InlineData("{}")]
    public async Task A_providers_name_may_have_a_port(string provider)
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        string name = $"vllm@{server.Address.Authority}";
        await File.WriteAllTextAsync(Settings, $$"""{ "Providers": { "{{name}}": {{provider}} } }""");
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", name + "/some-model", "Hi", "--settings", Settings));

        Assert.Equal("Hello world\n", cli.Out);
        Assert.Equal("some-model", (string?)server.Request.Json["model"]);
    }

    [Fact]
    public async Task A_route_says_who_answered_when_asked()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Refusal(400, "model_not_found"), Protocol.OpenAI.Whole);
        await WriteSettingsAsync(server);
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "fast", "Hi", "--settings", Settings, "--json", "--verbose"));

        Assert.Contains("{\"text\":\"Hello\",\"done\":false}\n", cli.Out, StringComparison.Ordinal);
        Assert.Contains("\"done\":true,\"done_reason\":\"stop\"", cli.Out, StringComparison.Ordinal);
        Assert.Contains("answered by:          cloud/b ('cloud/a' failed: model_not_found)\n", cli.Error, StringComparison.Ordinal);
        Assert.Contains("prompt eval count:    9 token(s)", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_remembers_and_sends_what_is_set_in_it()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        await WriteSettingsAsync(server);
        using CliHarness cli = new() { AtTerminal = true };
        cli.Keys.Line("one").Line("/set temperature 0").Line("two").Line("/clear").Line("three").Line("/bye");

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "cloud/m", "--settings", Settings));

        Assert.Equal(3, server.Requests.Count);
        Assert.Null(server.Requests[0].Json["temperature"]);
        Assert.Equal(0, (int?)server.Requests[1].Json["temperature"]);
        Assert.Equal(["one", "Hello world", "two"], server.Requests[1].Json["messages"]!.AsArray().Select(static message => (string)message!["content"]!), StringComparer.Ordinal);
        Assert.Equal(["three"], server.Requests[2].Json["messages"]!.AsArray().Select(static message => (string)message!["content"]!), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_raw_prompt_is_continued()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Answer.Stream("text/event-stream", Answer.Events("""{"id":"c","choices":[{"text":" upon","finish_reason":"stop"}]}""", "[DONE]")));
        await WriteSettingsAsync(server);
        using CliHarness cli = new();

        await cli.RunAsync("run", "cloud/m", "Once", "--raw", "--settings", Settings);

        Assert.Equal(" upon\n", cli.Out);
        Assert.Equal(("/v1/completions", "Once"), (server.Request.Path, (string?)server.Request.Json["prompt"]));
    }

    [Fact]
    public async Task A_provider_that_fails_is_one_line_and_a_next_step()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Refusal(401));
        await WriteSettingsAsync(server);
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("run", "cloud/m", "Hi", "--settings", Settings));

        Assert.Contains("Check the keys that are configured for it", cli.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Out);
    }

    [Fact]
    public async Task How_a_model_is_loaded_is_nothing_to_tell_a_provider()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        await WriteSettingsAsync(server);
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("run", "cloud/m", "Hi", "--context", "64", "--settings", Settings));

        Assert.Contains("'cloud/m' runs elsewhere", cli.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("openai/gpt-5-mini")]
    [InlineData("OpenAI/gpt-5-mini")]
    public async Task A_provider_is_there_of_which_only_the_name_is_set(string model)
    {
        await File.WriteAllTextAsync(Settings, """{ "Providers": { "openai": {} } }""");
        using CliHarness cli = new();

        // Told by the refusal, so that nobody is asked.
        Assert.Equal(ExitCode.Usage, await cli.RunAsync("run", model, "Hi", "--context", "64", "--settings", Settings));

        Assert.Contains($"'{model}' runs elsewhere", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_names_are_models_of_this_machine()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        await WriteSettingsAsync(server);
        using CliHarness cli = new() { Model = new FakeModel().Answer("local") };

        await cli.RunAsync("run", "somebody/model", "Hi", "--settings", Settings);

        Assert.Equal("local\n", cli.Out);
        Assert.Empty(server.Requests);
    }

    private Task WriteSettingsAsync(FakeProvider server) => File.WriteAllTextAsync(Settings, $$"""
        {
          "Providers": { "cloud": { "Kind": "{{nameof(ProviderKind.OpenAICompatible)}}", "Address": "{{new Uri(server.Address, "/v1")}}", "Resilience": { "Retries": 0 } } },
          "Routes": { "fast": { "Models": ["cloud/a", "cloud/b"] } }
        }
        """);
}
