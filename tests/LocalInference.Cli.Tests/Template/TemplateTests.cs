using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Template;

public sealed class TemplateTests(ModelFixture models) : IClassFixture<ModelFixture>, IDisposable
{
    private const string Source =
        "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}{% endfor %}"
        + "{% for t in tools or [] %}[{{ t.function.name }}]{% endfor %}{{ mine }}{% if dated %}{{ strftime_now('%Y-%m-%d') }}{% endif %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_prompt_is_printed_to_the_byte()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("template", Write("t.jinja", Source), "--messages", Write("m.json", """[{"role":"user","content":"Hi"}]""")));

        Assert.Equal("<|user|>Hi<|assistant|>", cli.Out);
    }

    [Fact]
    public async Task Tools_variables_time_and_prompt_end_are_settings()
    {
        using CliHarness cli = new();
        string messages = Write("m.json", """[{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"1","function":{"name":"look","arguments":{"a":1}}}]}]""");
        string tools = Write("tools.json", """[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}]""");

        int code = await cli.RunAsync("template", Write("t.jinja", Source), "--messages", messages, "--tools", tools, "--set", "dated=true", "--set", "mine=two words", "--now", "2026-11-21", "--no-generation-prompt");

        Assert.Equal(ExitCode.Success, code);
        Assert.Equal("""<|user|>Hi<|assistant|>{"name": "look", "arguments": {"a": 1}}[look]two words2026-11-21""", cli.Out);
    }

    [Fact]
    public async Task Segments_say_what_is_content()
    {
        using CliHarness cli = new();

        await cli.RunAsync("template", Write("t.jinja", Source), "--messages", Write("m.json", """{"messages":[{"role":"user","content":"<|user|>"}]}"""), "--segments");

        JsonElement[] segments = [.. JsonDocument.Parse(cli.Out).RootElement.EnumerateArray()];
        Assert.Equal(["template", "content", "template"], segments.Select(static s => s.GetProperty("kind").GetString()!), StringComparer.Ordinal);
        Assert.Equal(["<|user|>", "<|user|>", "<|assistant|>"], segments.Select(static s => s.GetProperty("text").GetString()!), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_models_own_template_is_used()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("template", models.Chat, "--messages", Write("m.json", """[{"role":"user","content":"Hi"}]""")));

        Assert.Contains("user\nHi", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_a_template_says_so()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("template", models.Completion, "--messages", Write("m.json", "[]")));

        Assert.Contains("carries no chat template", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ raise_exception('nothing but jokes') }}", "nothing but jokes")]
    [InlineData("\n{% if %}", "t.jinja:2:")]
    public async Task What_is_wrong_with_a_template_is_said_in_a_line(string source, string expected)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("template", Write("t.jinja", source), "--messages", Write("m.json", "[]")));

        Assert.StartsWith("error: ", cli.Error, StringComparison.Ordinal);
        Assert.Contains(expected, cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "is no JSON")]
    [InlineData("3", "are no array")]
    [InlineData("[3]", "is no object")]
    [InlineData("{}", "no \"messages\"")]
    [InlineData("""[{"content":"x"}]""", "message 1 has no \"role\"")]
    public async Task What_is_wrong_with_a_conversation_is_said_in_a_line(string messages, string expected)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("template", Write("t.jinja", Source), "--messages", Write("m.json", messages)));

        Assert.Contains(expected, cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_without_a_value_is_wrong_usage()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync("template", Write("t.jinja", Source), "--messages", Write("m.json", "[]"), "--set", "mine"));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
