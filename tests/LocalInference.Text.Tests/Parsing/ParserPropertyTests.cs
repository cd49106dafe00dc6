using System.Text;
using System.Text.Json;
using LocalInference.Text.Tests.Limits;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>What holds for every text, tried on random ones. <c>LOCALINFERENCE_FUZZ</c> sets another number of texts.</summary>
public sealed class ParserPropertyTests
{
    private const int TextsByDefault = 100_000;

    private static readonly ChatTool[] s_tools = [Tool("f", """{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":["string","null"]}}}"""), Tool("get_time", null)];

    public static TheoryData<string> Formats => [.. SampleFormats.All.Keys];

    [Fact]
    public void RandomTextsNeverThrowAndGiveJsonArguments()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("LOCALINFERENCE_FUZZ"), out int asked) ? asked : TextsByDefault;
        ChatFormat[] formats = [.. SampleFormats.All.Values];
        IReadOnlyList<string>[] fragments = [.. formats.Select(SampleFormats.Fragments)];
        Random random = new(20261121);
        for (int i = 0; i < count; i++)
        {
            int format = i % formats.Length;
            ParserChecks.Run(formats[format], Options(random), [RandomText(fragments[format], random, 30)]);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void RandomTextsGiveTheSameEventsHoweverTheyAreCut(string name)
    {
        ChatFormat format = SampleFormats.All[name];
        IReadOnlyList<string> fragments = SampleFormats.Fragments(format);
        Random random = new(name.Length * 7919);
        for (int i = 0; i < 400; i++)
        {
            ParserChecks.SameEventsHoweverCut(format, Options(random), RandomText(fragments, random, 40), random);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TextWithoutMarkersIsContent(string name)
    {
        const string Text = "Two words, a 'quote', 1 < 2 > 0 and {a: [b]}.\n\nThe end.";
        string prompt = name is "recipients" ? ">>>" : string.Empty;
        ChatMessage message = ChatParser.Parse(SampleFormats.All[name], new ChatParserOptions { Tools = s_tools, GenerationPrompt = prompt }, Text);
        Assert.Equal(Text, message.Content);
        Assert.Empty(message.ToolCalls);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void WithoutToolsNothingIsACall(string name)
    {
        ChatFormat format = SampleFormats.All[name];
        IReadOnlyList<string> fragments = SampleFormats.Fragments(format);
        Random random = new(name.Length);
        for (int i = 0; i < 100; i++)
        {
            ChatMessage message = ChatParser.Parse(format, new ChatParserOptions(), RandomText(fragments, random, 20));
            Assert.Empty(message.ToolCalls);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void HostileTextTakesLinearTime(string name)
    {
        ChatFormat format = SampleFormats.All[name];
        ChatParserOptions options = new() { Tools = s_tools };
        foreach (string fragment in SampleFormats.Fragments(format).Append("<tool_call>{\"x\":\"").Append("{\"a\":[[").Append("<tool_call>f(").Append("[f()]"))
        {
            StringBuilder text = new();
            while (text.Length < 200_000)
            {
                text.Append(fragment);
            }

            TimeSpan taken = ProcessorTime.Of(() => ChatParser.Parse(format, options, text.ToString()));

            Assert.True(taken < ProcessorTime.Bar, $"{fragment} took {taken}.");
        }
    }

    [Fact]
    public void SpaceThatComesPieceByPieceTakesLinearTime()
    {
        ChatParser parser = new(SampleFormats.All["qwen-coder"], new ChatParserOptions { Tools = s_tools });
        parser.Feed("<tool_call>\n<function=f>\n<parameter=c>\n");

        TimeSpan taken = ProcessorTime.Of(() =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                parser.Feed(" ");
            }
        });

        Assert.True(taken < ProcessorTime.Bar, $"It took {taken}.");
    }

    private static string RandomText(IReadOnlyList<string> fragments, Random random, int parts)
    {
        StringBuilder text = new();
        for (int i = random.Next(1, parts); i > 0; i--)
        {
            text.Append(fragments[random.Next(fragments.Count)]);
        }

        return text.ToString();
    }

    private static ChatParserOptions Options(Random random) => new()
    {
        Tools = random.Next(8) == 0 ? [] : s_tools,
        ToolChoice = (ToolChoiceMode)random.Next(4),
        Reasoning = (ReasoningFormat)random.Next(2),
        ContentIsJson = random.Next(4) == 0,
        GenerationPrompt = random.Next(3) switch { 0 => "<|assistant|>\n<think>\n", 1 => "<|assistant|>\n<think></think>", _ => string.Empty },
    };

    private static ChatTool Tool(string name, string? schema)
    {
        if (schema is null)
        {
            return new ChatTool(name, null, null);
        }

        using JsonDocument document = JsonDocument.Parse(schema);
        return new ChatTool(name, null, document.RootElement.Clone());
    }
}
