using System.Text.Json;
using System.Text.RegularExpressions;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Chat;

/// <summary>A model of random weights says what it is forced to say, and nothing else.</summary>
[Collection(ModelTests.Name)]
public sealed class FormedAnswerTests(ModelFixture fixture)
{
    private const string Schema = """{"type":"object","properties":{"name":{"enum":["a","b"]},"age":{"type":"integer","minimum":0,"maximum":99},"ok":{"type":"boolean"}},"required":["name","age","ok"],"additionalProperties":false}""";

    [Theory]
    [InlineData("tiny-qwen2-roomy")]
    [InlineData("tiny-llama-chat")]
    public async Task A_schema_is_kept(string name)
    {
        ITextGenerator generator = await Generator(name);
        for (uint seed = 0; seed < 5; seed++)
        {
            List<GenerationEvent> events = await generator.Answer(Answers.Ask(Answers.Chat("Who?")) with
            {
                Output = new JsonSchemaOutput(Answers.Json(Schema)) { Strict = true },
                Sampling = new SamplingOverrides { Temperature = 2, Seed = seed },
            });

            using JsonDocument json = JsonDocument.Parse(events.Text());
            Assert.Equal("name age ok", string.Join(' ', json.RootElement.EnumerateObject().Select(static p => p.Name)));
            Assert.InRange(json.RootElement.GetProperty("age").GetInt32(), 0, 99);
            Assert.True(events.End().FinishReason is FinishReason.GrammarComplete or FinishReason.EndOfGeneration);
        }
    }

    [Theory]
    [InlineData("""{"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":3}""", JsonValueKind.Array)]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":5}""", JsonValueKind.Number)]
    [InlineData("""{"type":"string","maxLength":5}""", JsonValueKind.String)]
    [InlineData("""{"enum":["red","green"]}""", JsonValueKind.String)]
    [InlineData("""{"const":true}""", JsonValueKind.True)]
    public async Task So_is_one_that_is_no_object(string schema, JsonValueKind kind)
    {
        ITextGenerator generator = await Generator("tiny-qwen2-roomy");

        List<GenerationEvent> events = await generator.Answer(Answers.Ask(Answers.Chat("Which?")) with { Output = new JsonSchemaOutput(Answers.Json(schema)) });

        using JsonDocument json = JsonDocument.Parse(events.Text());
        Assert.Equal(kind, json.RootElement.ValueKind);
    }

    [Fact]
    public async Task Any_object_begins_as_one()
    {
        ITextGenerator generator = await Generator("tiny-qwen2-roomy");

        List<GenerationEvent> events = await generator.Answer(Answers.Ask(Answers.Chat("Say JSON"), 60) with { Output = new JsonOutput() });

        Assert.StartsWith("{", events.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_is_one_of_them()
    {
        ITextGenerator generator = await Generator("tiny-llama-chat");

        string text = (await generator.Answer(Answers.Ask(Answers.Chat("Yes?")) with { Output = new ChoiceOutput(["yes", "no", "perhaps"]) })).Text();

        Assert.True(text is "yes" or "no" or "perhaps", text);
    }

    [Fact]
    public async Task An_expression_matches_the_whole()
    {
        ITextGenerator generator = await Generator("tiny-llama-chat");

        string text = (await generator.Answer(Answers.Ask(Answers.Chat("Number?")) with { Output = new RegexOutput("[0-9]{3}-[a-f]{2}") })).Text();

        Assert.Matches(new Regex("^[0-9]{3}-[a-f]{2}$", RegexOptions.None, TimeSpan.FromSeconds(1)), text);
    }

    [Fact]
    public async Task A_grammar_holds_for_raw_prompts_too()
    {
        ITextGenerator generator = await Generator("tiny-llama-chat");
        GenerationRequest request = Answers.Ask(new PromptInput { Text = "The answer:" }) with { Output = new GrammarOutput("root ::= \" \" word\nword ::= \"forty-\" (\"two\" | \"three\") # \"quoted\"\n") };

        string text = (await generator.Answer(request)).Text();

        Assert.True(text is " forty-two" or " forty-three", text);
    }

    [Fact]
    public async Task Thoughts_come_before_the_form_and_are_free()
    {
        ITextGenerator generator = await Generator("tiny-qwen2-roomy");
        ChatInput chat = Answers.Chat("Think!") with { Template = Answers.HermesTemplate, Reasoning = new ReasoningSettings { Enabled = true, MaxTokens = 20 } };

        List<GenerationEvent> events = await generator.Answer(Answers.Ask(chat) with { Output = new ChoiceOutput(["yes", "no"]) });

        Assert.NotEmpty(events.Reasoning());
        Assert.True(events.Text() is "yes" or "no", events.Text());
        Assert.InRange(events.End().Usage.ReasoningTokens, 1, 20);
    }

    [Fact]
    public async Task A_form_and_calls_go_together()
    {
        ITextGenerator generator = await Generator("tiny-qwen2-roomy");
        var kinds = new HashSet<bool>();
        for (uint seed = 0; seed < 12; seed++)
        {
            List<GenerationEvent> events = await generator.Answer(Answers.Ask(Answers.Chat("Who?") with { Tools = [Answers.Weather], Template = Answers.HermesTemplate }) with
            {
                Output = new JsonSchemaOutput(Answers.Json(Schema)),
                Sampling = new SamplingOverrides { Temperature = 3, TopK = 0, TopP = 1, Seed = seed },
            });

            bool calls = events.OfType<ToolCallCompleted>().Any();
            kinds.Add(calls);
            if (!calls)
            {
                using JsonDocument json = JsonDocument.Parse(events.Text());
                Assert.Equal(3, json.RootElement.EnumerateObject().Count());
            }
        }

        Assert.Equal(2, kinds.Count);
    }

    private async Task<ITextGenerator> Generator(string name) =>
        (await fixture.ModelOf(name == Answers.Roomy.Name ? Answers.Roomy : TestModelSpec.LlamaChat)).AsTextGenerator();
}
