using System.Text.Json;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>Calls that end anywhere are closed to JSON that the platform reads with its defaults, text by text.</summary>
public sealed class CutCallTests
{
    private const string Halves = """\ud83d\ude00 \ud83d \ude00\ud83d\n\ud83d\u0041\ud83d""";

    // Deeper than what a reader of JSON takes.
    private static readonly string s_deep = new('[', 70);

    private static readonly ChatParserOptions s_options = new() { Tools = [new ChatTool("f", null, Schema())] };

    public static TheoryData<string, string> Calls => new()
    {
        { "qwen", "<tool_call>{\"name\": \"f\", \"arguments\": {\"b\": \"" + Halves + "\", \"" + Halves + "\": 1, \"a\": " + s_deep },
        { "qwen", "<tool_call>{\"name\": \"f\", \"arguments\": {\"b\": \"\\ud83" },
        { "mistral", "[TOOL_CALLS]f[ARGS]{\"b\": \"" + Halves + "\", \"a\": " + s_deep },
        { "qwen-coder", "<tool_call>\n<function=f>\n<parameter=b>\n" + Halves + "\n</parameter>\n<parameter=a>\n[\"" + Halves + "\", " + s_deep },
        { "lfm", "<|tool_call_start|>[f(b=\"" + Halves + "\", a=" + s_deep },
        { "lfm", "<|tool_call_start|>[f(b='" + Halves + "'" },
        { "gemma", "<|tool_call>call:f{b:<|\"|>" + Halves + "<|\"|>,c:\"" + Halves + "\",a:" + s_deep },
        { "minimax", "]<]minimax[>[<invoke name=\"f\">" + string.Concat(Enumerable.Repeat("]<]minimax[>[<a>", 70)) },
        { "minimax", "]<]minimax[>[<invoke name=\"f\">" + string.Concat(Enumerable.Repeat("]<]minimax[>[<a>", 30)) + s_deep[..40] + "1" + new string(']', 40) + "]<]minimax[>[</a>" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void ACallThatIsCutAnywhereGivesReadableArguments(string format, string text)
    {
        for (int length = 0; length <= text.Length; length++)
        {
            ParserChecks.Run(SampleFormats.All[format], s_options, [text[..length]]);
        }

        ParserChecks.SameEventsHoweverCut(SampleFormats.All[format], s_options, text, new Random(20261121));
    }

    [Theory]
    [InlineData("qwen", "<tool_call>[{\"name\":\"f\",\"arguments\":{}}, {\"na")]
    [InlineData("lfm", "<|tool_call_start|>[f(a=1), g")]
    [InlineData("lfm", "<|tool_call_start|>[f(a=1),")]
    public void TheBeginningOfAnotherCallIsNoText(string format, string text)
    {
        ChatMessage message = ChatParser.Parse(SampleFormats.All[format], s_options, text);

        Assert.Single(message.ToolCalls);
        Assert.True(string.IsNullOrEmpty(message.Content), message.Content);
    }

    [Fact]
    public void HalfOfAPairThatIsEscapedBecomesTheReplacementCharacter()
    {
        ChatMessage message = ChatParser.Parse(SampleFormats.All["qwen"], s_options, "<tool_call>{\"name\": \"f\", \"arguments\": {\"b\": \"" + Halves + "\"}}</tool_call>");

        using JsonDocument arguments = JsonDocument.Parse(Assert.Single(message.ToolCalls).Arguments);

        Assert.Equal("😀 \uFFFD \uFFFD\uFFFD\n\uFFFDA\uFFFD", arguments.RootElement.GetProperty("b").GetString());
    }

    private static JsonElement Schema()
    {
        using JsonDocument document = JsonDocument.Parse("""{"type":"object","properties":{"a":{"type":["array","object"]},"b":{"type":"string"}}}""");
        return document.RootElement.Clone();
    }
}
