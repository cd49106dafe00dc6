using System.Text.Json;
using LocalInference.Text.Tests.Limits;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>What the grammars of calls make of a tool's schema, in syntaxes that write each parameter on its own.</summary>
public sealed class ToolGrammarTests
{
    private const string Recursive = """{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}}}""";

    private const string MultiplyingReferences = """
        {"type":"object","properties":{"a":{"$ref":"#/$defs/E"},"b":{"type":"array","items":{"$ref":"#/$defs/E"}}},"$defs":{"E":{"anyOf":[
        {"$ref":"#/$defs/E"},{"$ref":"#/$defs/E"},{"$ref":"#/$defs/E"},{"$ref":"#/$defs/E"},{"$ref":"#/$defs/E"},{"$ref":"#/$defs/E"},{"$ref":"#/$defs/E"},{"$ref":"#/$defs/E"}]}}}
        """;

    public static TheoryData<string> Formats => [.. SampleFormats.All.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public void AParameterMayReferToAnother(string format)
    {
        const string Schema = """{"type":"object","properties":{"from":{"type":"object","properties":{"x":{"type":"integer"}}},"to":{"$ref":"#/properties/from"}}}""";
        if (Create(format, Schema) is { } grammar)
        {
            Assert.NotNull(GbnfGrammar.Parse(grammar.Grammar));
        }
    }

    [Fact]
    public void AReferenceToTheRootIsToTheWholeOfTheArguments()
    {
        Assert.True(Matches("qwen-coder", Recursive, Argument("children", """[{"children":[]}]""")));
        Assert.False(Matches("qwen-coder", Recursive, Argument("children", "[[]]")));
    }

    [Theory]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", "anything", "1", "x")]
    [InlineData("""{"$ref":"#/$defs/A","$defs":{"A":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}}""", "a", "1", "x")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}}},{"required":["a"]}]}""", "a", "1", "x")]
    [InlineData("""{"anyOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"b":{"type":"null"}},"required":["b"]}]}""", "b", "null", "1")]
    public void ParametersAreFoundWhereverTheSchemaHasThem(string schema, string key, string allowed, string refused)
    {
        Assert.True(Matches("qwen-coder", schema, Argument(key, allowed)));
        Assert.False(Matches("qwen-coder", schema, Argument(key, refused)));
    }

    [Theory]
    [InlineData("lfm", "<|tool_call_start|>[f(a=1, b=2)]<|tool_call_end|>")]
    [InlineData("minimax", "]<]minimax[>[<tool_call>]<]minimax[>[<invoke name=\"f\">]<]minimax[>[<a>1]<]minimax[>[</a>]<]minimax[>[</invoke>]<]minimax[>[</tool_call>")]
    [InlineData("minimax", "]<]minimax[>[<tool_call>]<]minimax[>[<invoke name=\"f\">]<]minimax[>[<filter>]<]minimax[>[<a>1]<]minimax[>[</a>]<]minimax[>[</filter>]<]minimax[>[</invoke>]<]minimax[>[</tool_call>")]
    [InlineData("glm", "<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>")]
    [InlineData("gemma", "<|tool_call>call:f{a:1}<tool_call|>")]
    public void AToolThatNamesNoParametersTakesAny(string format, string call)
    {
        Assert.True(Matches(format, """{"type":"object"}""", call));
        Assert.False(Matches(format, """{"type":"object","properties":{}}""", call) && format != "gemma");
    }

    [Theory]
    [InlineData("qwen-coder", "<tool_call>\n<function=f>\n<parameter=unit>\nVALUE\n</parameter>\n</function>\n</tool_call>")]
    [InlineData("glm", "<tool_call>f<arg_key>unit</arg_key><arg_value>VALUE</arg_value></tool_call>")]
    [InlineData("minimax", "]<]minimax[>[<tool_call>]<]minimax[>[<invoke name=\"f\">]<]minimax[>[<unit>VALUE]<]minimax[>[</unit>]<]minimax[>[</invoke>]<]minimax[>[</tool_call>")]
    [InlineData("gemma", "<|tool_call>call:f{unit:<|\"|>VALUE<|\"|>}<tool_call|>")]
    [InlineData("functiongemma", "<start_function_call>call:f{unit:<escape>VALUE<escape>}<end_function_call>")]
    public void AListedTextIsKept(string format, string call)
    {
        const string Listed = """{"type":"object","properties":{"unit":{"anyOf":[{"enum":["c","f"]},{"const":"none"}]}},"required":["unit"]}""";
        const string Any = """{"type":"object","properties":{"unit":{"type":"string"}},"required":["unit"]}""";

        Assert.True(Matches(format, Listed, call.Replace("VALUE", "c", StringComparison.Ordinal), strict: true));
        Assert.True(Matches(format, Listed, call.Replace("VALUE", "none", StringComparison.Ordinal), strict: true));
        Assert.False(Matches(format, Listed, call.Replace("VALUE", "kelvin", StringComparison.Ordinal), strict: true));
        Assert.True(Matches(format, Any, call.Replace("VALUE", "kelvin", StringComparison.Ordinal), strict: true));
    }

    [Theory]
    [InlineData("qwen-coder")]
    [InlineData("minimax")]
    [InlineData("gemma")]
    public void WhatCannotBeKeptOfATextIsRefusedWhenStrict(string format)
    {
        foreach (string property in new[] { """{"type":"string","pattern":"^a$"}""", """{"type":"string","minLength":2}""", """{"type":["string","integer"]}""" })
        {
            string schema = """{"type":"object","properties":{"a":""" + property + "}}";

            Assert.NotNull(Create(format, schema));
            Assert.Equal("#/properties/a", Assert.Throws<GrammarException>(() => Create(format, schema, strict: true)).Path);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void AHostileSchemaEndsSoonAndClearly(string format)
    {
        string many = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"\"p{i}\":{{\"$ref\":\"#/$defs/d\"}}"));
        string definitions = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"d{i}\":{{}}"));
        string[] schemas =
        [
            MultiplyingReferences,
            """{"type":"object","properties":{""" + many + """},"$defs":{""" + definitions + ""","d":{"anyOf":[{"$ref":"#/$defs/d0"},{"$ref":"#/$defs/d1"}]}}}""",
            """{"type":"object","properties":{"\ud800":{"type":"string"}}}""",
            """{"type":"object","properties":{"a":{"enum":["\ud800"]}}}""",
            """{"$ref":"#","allOf":[{"$ref":"#"},{"$ref":"#"}]}""",
        ];
        foreach (bool strict in new[] { false, true })
        {
            foreach (string schema in schemas)
            {
                Exception? e = null;

                TimeSpan taken = ProcessorTime.Of(() => e = Record.Exception(() => Create(format, schema, strict)));

                Assert.True(e is null or GrammarException, e?.ToString());
                Assert.True(taken < ProcessorTime.Bar, $"It took {taken}.");
            }
        }
    }

    [Fact]
    public void AHostileSchemaDoesNotHoldUpTheParserEither()
    {
        const string Call = "]<]minimax[>[<tool_call>]<]minimax[>[<invoke name=\"f\">]<]minimax[>[<a>]<]minimax[>[<b>1]<]minimax[>[</b>]<]minimax[>[</a>]<]minimax[>[</invoke>]<]minimax[>[</tool_call>";
        ChatMessage message = new() { Role = "assistant" };

        TimeSpan taken = ProcessorTime.Of(() => message = ChatParser.Parse(SampleFormats.All["minimax"], new ChatParserOptions { Tools = [Tool(MultiplyingReferences)] }, Call));

        Assert.Equal("""{"a": {"b": 1}}""", Assert.Single(message.ToolCalls).Arguments);
        Assert.True(taken < ProcessorTime.Bar, $"It took {taken}.");
    }

    [Fact]
    public void HalfOfASurrogatePairInASchemaFailsNoParser()
    {
        const string Schema = """{"type":"object","properties":{"a":{"type":"string"},"\udc00":{}},"\ud800":1}""";
        const string Call = "]<]minimax[>[<tool_call>]<]minimax[>[<invoke name=\"f\">]<]minimax[>[<a>1]<]minimax[>[</a>]<]minimax[>[</invoke>]<]minimax[>[</tool_call>";

        ChatMessage message = ChatParser.Parse(SampleFormats.All["minimax"], new ChatParserOptions { Tools = [Tool(Schema)] }, Call);

        Assert.Equal("""{"a": "1"}""", Assert.Single(message.ToolCalls).Arguments);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":null}""")]
    [InlineData("""{"type":"object","properties":{"a":null}}""")]
    [InlineData("""{"type":"object","properties":{"city":{"type":"string"}},"required":["town"],"additionalProperties":false}""")]
    public void WhatIsWrongWithASchemaIsLeftToTheModel(string schema) => Assert.True(Matches("qwen-coder", schema, Argument("city", "Rome")));

    [Fact]
    public void CallsOnLinesAreNoList()
    {
        const string Schema = """{"type":"object","properties":{"a":{"type":"integer"}}}""";

        Assert.True(Matches("olmo", Schema, "<function_calls>f(a=1)\nf(a=2)</function_calls>"));
        Assert.False(Matches("olmo", Schema, "<function_calls>[f(a=1)]</function_calls>"));
        Assert.True(Matches("lfm", Schema, "<|tool_call_start|>[f(a=1), f()]<|tool_call_end|>"));
    }

    private static string Argument(string key, string value) => $"<tool_call>\n<function=f>\n<parameter={key}>\n{value}\n</parameter>\n</function>\n</tool_call>";

    private static bool Matches(string format, string schema, string call, bool strict = false)
    {
        GbnfMatcher matcher = new(GbnfGrammar.Parse(Create(format, schema, strict)!.Grammar));
        return matcher.Accept(call) && matcher.IsComplete;
    }

    private static ToolCallGrammar? Create(string format, string schema, bool strict = false) => ToolCallGrammar.Create(
        SampleFormats.All[format], new ToolCallGrammarOptions { Tools = [Tool(schema)], ToolChoice = ToolChoiceMode.Required, Strict = strict });

    private static ChatTool Tool(string schema)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        return new ChatTool("f", null, document.RootElement.Clone());
    }
}
