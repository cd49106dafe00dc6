using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Cli.Tests.Fakes;

namespace LocalInference.Cli.Tests.Parse;

public sealed class ParseTests(ModelFixture models) : IClassFixture<ModelFixture>, IDisposable
{
    // Hermes' way to write calls, with the reasoning of Qwen3.
    private const string Source = """
        {%- if tools %}<|im_start|>system
        <tools>{% for tool in tools %}{{ tool | tojson }}{% endfor %}</tools>
        <tool_call>{"name": <function-name>, "arguments": <args-json-object>}</tool_call><|im_end|>
        {% endif %}
        {%- for m in messages %}<|im_start|>{{ m.role }}
        {% if m.reasoning_content %}<think>
        {{ m.reasoning_content }}
        </think>

        {% endif %}{{ m.content }}
        {%- for c in m.tool_calls or [] %}
        <tool_call>
        {"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}
        </tool_call>{% endfor %}<|im_end|>
        {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """;

    private const string Tools = """[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"at":{"type":"string"}}}}}]""";

    private const string Call = "<think>\nHm.\n</think>\n\nLet me see.\n<tool_call>\n{\"name\": \"look\", \"arguments\": {\"at\": \"it\"}}\n</tool_call>";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_answer_is_printed_as_a_message()
    {
        JsonElement message = JsonDocument.Parse(await Print(Call, "--tools", Write("tools.json", Tools))).RootElement;

        Assert.Equal("assistant", message.GetProperty("role").GetString());
        Assert.Equal("Hm.", message.GetProperty("reasoning_content").GetString());
        Assert.Equal("Let me see.", message.GetProperty("content").GetString()!.Trim());
        JsonElement call = Assert.Single(message.GetProperty("tool_calls").EnumerateArray()).GetProperty("function");
        Assert.Equal("look", call.GetProperty("name").GetString());
        Assert.Equal("it", JsonDocument.Parse(call.GetProperty("arguments").GetString()!).RootElement.GetProperty("at").GetString());
        Assert.False(message.TryGetProperty("incomplete", out _));
    }

    [Fact]
    public async Task Without_tools_nothing_is_a_call()
    {
        JsonElement message = JsonDocument.Parse(await Print(Call)).RootElement;

        Assert.False(message.TryGetProperty("tool_calls", out _));
        Assert.Contains("<tool_call>", message.GetProperty("content").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_breaks_off_is_marked()
    {
        JsonElement message = JsonDocument.Parse(await Print(Call[..Call.IndexOf("it", StringComparison.Ordinal)], "--tools", Write("tools.json", Tools))).RootElement;

        Assert.True(message.GetProperty("incomplete").GetBoolean());
    }

    [Fact]
    public async Task Events_come_a_line_each_and_add_up_to_the_message()
    {
        string[] lines = (await Print(Call, "--tools", Write("tools.json", Tools), "--events")).TrimEnd('\n').Split('\n');

        JsonElement[] events = [.. lines.Select(static line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal("Hm.", Joined(events, "reasoning"));
        Assert.Equal("Let me see.", Joined(events, "content").Trim());
        Assert.Equal("""{"at": "it"}""", Joined(events, "arguments"));
        Assert.Single(events, static e => e.GetProperty("event").GetString() == "call_started");
        JsonElement completed = Assert.Single(events, static e => e.GetProperty("event").GetString() == "call_completed");
        Assert.Equal("look", completed.GetProperty("call").GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task The_prompt_may_have_begun_the_reasoning()
    {
        JsonElement message = JsonDocument.Parse(await Print("Hm.\n</think>\n\nYes.", "--prompt", "<|im_start|>assistant\n<think>\n")).RootElement;

        Assert.Equal("Hm.", message.GetProperty("reasoning_content").GetString());
        Assert.Equal("Yes.", message.GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("t.gotmpl", "{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}{{ end }}<|assistant|><think>\n")]
    [InlineData("t.jinja", "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}")]
    public async Task The_template_may_have_begun_the_reasoning(string name, string source)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("parse", Write(name, source), "--text", Write("answer.txt", "Hm.\n</think>\n\nYes.")));

        JsonElement message = JsonDocument.Parse(cli.Out).RootElement;
        Assert.Equal(("Hm.", "Yes."), (message.GetProperty("reasoning_content").GetString(), message.GetProperty("content").GetString()));
    }

    [Fact]
    public async Task A_models_own_template_is_used()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("parse", models.Chat, "--text", Write("answer.txt", "Hello.")));

        Assert.Equal("Hello.", JsonDocument.Parse(cli.Out).RootElement.GetProperty("content").GetString());
    }

    [Fact]
    public async Task An_empty_answer_is_an_empty_message()
    {
        JsonElement message = JsonDocument.Parse(await Print("")).RootElement;

        Assert.True(message.GetProperty("content").ValueKind == JsonValueKind.Null || message.GetProperty("content").GetString() == "");
    }

    [Fact]
    public async Task A_missing_text_is_named()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("parse", Write("t.jinja", Source), "--text", "/nowhere/answer.txt"));

        Assert.Empty(cli.Out);
        Assert.StartsWith("error: No file at '/nowhere/answer.txt'", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "is no JSON")]
    [InlineData("3", "are no array")]
    [InlineData("[3]", "is no object")]
    [InlineData("""[{"type":"function"}]""", "a tool has no \"name\"")]
    public async Task What_is_wrong_with_the_tools_is_said_in_a_line(string tools, string expected)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("parse", Write("t.jinja", Source), "--text", Write("answer.txt", "Hi"), "--tools", Write("tools.json", tools)));

        Assert.Empty(cli.Out);
        Assert.StartsWith("error: ", cli.Error, StringComparison.Ordinal);
        Assert.Contains(expected, cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n{% if %}", "t.jinja:2:")]
    [InlineData("{{ 1 | no_such_filter }}", "no_such_filter")]
    public async Task What_is_wrong_with_the_template_is_said_in_a_line(string source, string expected)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("parse", Write("t.jinja", source), "--text", Write("answer.txt", "Hi")));

        Assert.Empty(cli.Out);
        Assert.StartsWith("error: ", cli.Error, StringComparison.Ordinal);
        Assert.Contains(expected, cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_refuses_every_conversation_still_reads_answers()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Success, await cli.RunAsync("parse", Write("t.jinja", "{{ raise_exception('no') }}"), "--text", Write("answer.txt", "Hi")));

        Assert.Equal("Hi", JsonDocument.Parse(cli.Out).RootElement.GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_model_without_a_template_says_so()
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Failure, await cli.RunAsync("parse", models.Completion, "--text", Write("answer.txt", "Hi")));

        Assert.Contains("carries no chat template", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parse", "t.jinja")]
    [InlineData("parse", "--text", "answer.txt")]
    [InlineData("parse", "t.jinja", "--text", "answer.txt", "--no-such-option")]
    public async Task Anything_missing_or_unknown_is_wrong_usage(params string[] arguments)
    {
        using CliHarness cli = new();

        Assert.Equal(ExitCode.Usage, await cli.RunAsync(arguments));

        Assert.Contains("localinference parse --help", cli.Error, StringComparison.Ordinal);
    }

    private static string Joined(JsonElement[] events, string kind) =>
        string.Concat(events.Where(e => e.GetProperty("event").GetString() == kind).Select(static e => e.GetProperty("text").GetString()));

    private async Task<string> Print(string answer, params string[] arguments)
    {
        using CliHarness cli = new();
        Assert.Equal(ExitCode.Success, await cli.RunAsync(["parse", Write("t.jinja", Source), "--text", Write("answer.txt", answer), .. arguments]));
        Assert.Empty(cli.Error);
        return cli.Out;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
