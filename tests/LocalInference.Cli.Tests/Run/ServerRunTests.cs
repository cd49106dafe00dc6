using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Cli.Tests.Run;

/// <summary><c>run</c> over a server of ours that a test plays: what is sent to it, and what becomes of its answer.</summary>
public sealed class ServerRunTests : IAsyncLifetime
{
    private readonly List<(string Path, JsonElement Body)> _requests = [];
    private WebApplication _server = null!;
    private string _capabilities = """["completion","thinking"]""";

    public async Task InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(AnswerAsync);
        await _server.StartAsync();

        // Commands give a server two seconds, which the first answer of a process may take on a busy machine.
        using var client = new HttpClient();
        await client.GetStringAsync(new Uri($"{_server.Urls.Single()}/api/version"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Form_thoughts_and_keep_alive_are_the_servers_and_its_thoughts_are_shown()
    {
        using CliHarness cli = Harness();

        Assert.Equal(
            (ExitCode.Success, ""),
            (await cli.RunAsync("run", "m", "hi", "--think=high", "--format", """{"type":"object"}""", "--keepalive", "1h", "--temperature", "0.5", "--seed", "42"), cli.Error));

        Assert.Equal("Thinking...\nHm.\n...done thinking.\n\n{}\n", cli.Out);
        AssertSent(
            """{"model":"m","messages":[{"role":"user","content":"hi"}],"think":"high","truncate":false,"keep_alive":3600,"format":{"type":"object"},"options":{"temperature":0.5,"seed":42}}""",
            "/api/chat");
    }

    [Fact]
    public async Task What_is_not_said_is_not_sent()
    {
        using CliHarness cli = Harness();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "m", "hi", "--json", "--verbose"));

        AssertSent("""{"model":"m","messages":[{"role":"user","content":"hi"}],"truncate":false,"options":{}}""", "/api/chat");
        string[] lines = cli.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(["""{"text":"","thinking":"Hm.","done":false}""", """{"text":"{}","done":false}"""], lines[..^1]);
        Assert.True(JsonElement.Parse(lines[^1]).GetProperty("load_duration").GetInt64() >= 2_000_000_000);
        Assert.Contains("eval rate:            2.00 tokens/s", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_prompt_is_generated_from_in_the_form_that_is_asked_for()
    {
        using CliHarness cli = Harness();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "m", "hi", "--raw", "--format", "json", "--keepalive", "-1"));

        AssertSent("""{"model":"m","prompt":"hi","raw":true,"truncate":false,"keep_alive":-1,"format":"json","options":{}}""", "/api/generate");
    }

    [Fact]
    public async Task A_conversation_goes_back_with_its_thoughts()
    {
        using CliHarness cli = Harness(atTerminal: true);
        cli.Keys.Line("one").Line("/set think false").Line("two");

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "m"));

        AssertSent(
            """{"model":"m","messages":[{"role":"user","content":"one"},{"role":"assistant","content":"{}","thinking":"Hm."},{"role":"user","content":"two"}],"think":false,"truncate":false,"options":{}}""",
            "/api/chat");
    }

    [Fact]
    public async Task A_model_that_does_not_think_is_not_asked_to()
    {
        _capabilities = """["completion"]""";
        using CliHarness cli = Harness();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("run", "m", "hi", "--think"));

        Assert.StartsWith("error: 'm' does not support thinking.\n", cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_requests, static request => request.Path == "/api/chat");
    }

    private CliHarness Harness(bool atTerminal = false) => new()
    {
        AtTerminal = atTerminal,
        Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["OLLAMA_HOST"] = _server.Urls.Single(), ["NO_COLOR"] = "1" },
    };

    // The last one.
    private void AssertSent(string json, string path)
    {
        Assert.Equal(path, _requests[^1].Path);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), _requests[^1].Body), _requests[^1].Body.GetRawText());
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        using StreamReader reader = new(context.Request.Body);
        string body = await reader.ReadToEndAsync();
        if (body.Length > 0)
        {
            _requests.Add((path, JsonElement.Parse(body)));
        }

        await context.Response.WriteAsync(path switch
        {
            "/api/version" => """{"version":"1.0","store":true}""",
            "/api/show" => $$"""{"template":"t","modelfile":"FROM m","details":{"context_length":64},"capabilities":{{_capabilities}}}""",
            "/api/chat" =>
                """
                {"message":{"role":"assistant","content":"","thinking":"Hm."},"done":false}
                {"message":{"role":"assistant","content":"{}"},"done":false}
                {"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","load_duration":2000000000,"prompt_eval_count":1,"eval_count":2,"eval_duration":1000000000}

                """,
            _ => """{"response":"{}","done":true,"done_reason":"stop","prompt_eval_count":1,"eval_count":2}""",
        });
    }
}
