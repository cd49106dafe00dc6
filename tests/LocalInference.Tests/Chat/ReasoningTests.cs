using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference.Tests.Chat;

[Collection(ModelTests.Name)]
public sealed class ReasoningTests(ModelFixture fixture)
{
    [Fact]
    public async Task Thoughts_that_the_prompt_opens_are_reported_apart()
    {
        List<GenerationEvent> events = await Answer(new ReasoningSettings { Enabled = true }, 20);

        Assert.NotEmpty(events.Reasoning());
        Assert.Equal("", events.Text());
        Assert.Equal(20, events.End().Usage.ReasoningTokens);
    }

    [Fact]
    public async Task Without_them_it_answers_at_once()
    {
        List<GenerationEvent> events = await Answer(new ReasoningSettings { Enabled = false }, 20);

        Assert.Equal("", events.Reasoning());
        Assert.NotEmpty(events.Text());
        Assert.Equal(0, events.End().Usage.ReasoningTokens);
    }

    [Fact]
    public async Task A_budget_closes_them_and_the_answer_goes_on()
    {
        List<GenerationEvent> events = await Answer(new ReasoningSettings { Enabled = true, MaxTokens = 12 }, 40);

        Assert.NotEmpty(events.Reasoning());
        Assert.NotEmpty(events.Text());
        Assert.DoesNotContain("</think>", events.Text(), StringComparison.Ordinal);
        Assert.Equal(12, events.End().Usage.ReasoningTokens);
        Assert.Equal(FinishReason.MaxTokens, events.End().FinishReason);
        Assert.True(events.FindLastIndex(static e => e is ReasoningDelta) < events.FindIndex(static e => e is TextDelta));
    }

    [Fact]
    public async Task A_budget_of_nothing_closes_them_in_the_prompt()
    {
        ITextGenerator generator = (await fixture.ModelOf(Answers.Roomy)).AsTextGenerator();
        PromptTemplate opens = new(Answers.HermesTemplate.Source.Replace("enable_thinking is defined and enable_thinking", "true", StringComparison.Ordinal), PromptTemplateLanguage.Jinja);
        GenerationRequest request = Answers.Ask(Answers.Chat("Think") with { Template = opens, Reasoning = new ReasoningSettings { MaxTokens = 0 } }, 10);

        RenderedPrompt prompt = await ((IPromptTokenizer)generator).RenderAsync(request);

        Assert.EndsWith("<think>\n\n</think>\n\n", prompt.Text, StringComparison.Ordinal);
        Assert.Equal("", (await generator.Answer(request with { IgnoreEndOfGeneration = true })).Reasoning());
    }

    [Theory]
    [InlineData(ReasoningVisibility.Hidden)]
    [InlineData(ReasoningVisibility.InContent)]
    public async Task They_can_be_hidden_or_left_in_the_content(ReasoningVisibility visibility)
    {
        List<GenerationEvent> events = await Answer(new ReasoningSettings { Enabled = true, Visibility = visibility }, 20);

        Assert.Equal("", events.Reasoning());
        Assert.Equal(visibility == ReasoningVisibility.InContent, events.Text().Contains("<think>", StringComparison.Ordinal));
        Assert.Equal(20, events.End().Usage.ReasoningTokens);
    }

    [Fact]
    public async Task Behind_the_tokens_of_an_earlier_answer_they_are_reported_apart_all_the_same()
    {
        ITextGenerator generator = (await fixture.ModelOf(Answers.Roomy)).AsTextGenerator();
        ChatInput chat = Answers.Chat("Think about it") with { Template = Answers.HermesTemplate, Reasoning = new ReasoningSettings { Enabled = true } };
        GenerationRequest request = Answers.Ask(chat, 20) with { IgnoreEndOfGeneration = true, ReturnTokens = true };
        int[] before = (await generator.Answer(request)).End().Tokens.ToArray();

        List<GenerationEvent> events = await generator.Answer(request with { Input = chat with { PrecedingTokens = before } });

        Assert.NotEmpty(events.Reasoning());
        Assert.Equal("", events.Text());
        int[] after = events.End().Tokens.ToArray();
        Assert.Equal([.. before, .. before[..^20]], after[..^20]);
    }

    [Fact]
    public async Task Thoughts_that_the_model_closes_itself_end_there()
    {
        LocalModel model = await fixture.ModelOf(Answers.Roomy);
        ModelTemplate template = model.Chat.Find(Answers.HermesTemplate);
        var prompt = new PreparedPrompt { Tokens = [], Format = template.Format, Parser = new ChatParserOptions { GenerationPrompt = "<|im_start|>assistant\n<think>\n" }, Marks = template.Marks };
        var reader = new AnswerReader(model.Tokenizer, prompt, ReasoningVisibility.Separate, []);
        List<GenerationEvent> events = [];
        foreach (int token in model.Tokenizer.Encode("I wonder.</think>\n\nYes.", addSpecial: false))
        {
            events.AddRange(reader.Append(token));
        }

        events.AddRange(reader.Finish());

        Assert.Equal("I wonder.", events.Reasoning());
        Assert.Equal("Yes.", events.Text());
        Assert.False(reader.IsReasoning);
    }

    private async Task<List<GenerationEvent>> Answer(ReasoningSettings reasoning, int maxTokens)
    {
        ITextGenerator generator = (await fixture.ModelOf(Answers.Roomy)).AsTextGenerator();
        ChatInput chat = Answers.Chat("Think about it") with { Template = Answers.HermesTemplate, Reasoning = reasoning };
        return await generator.Answer(Answers.Ask(chat, maxTokens) with { IgnoreEndOfGeneration = true });
    }
}
