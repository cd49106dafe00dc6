using LocalInference.Abstractions;
using LocalInference.TestModels;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Chat;

/// <summary>The context of this model is 256 tokens, and the last token of an answer needs no place in it.</summary>
[Collection(ModelTests.Name)]
public sealed class OverflowTests(ModelFixture fixture)
{
    [Fact]
    public async Task Too_long_is_an_error_with_both_numbers()
    {
        ITextGenerator generator = await Generator();

        ContextLengthException error = await Assert.ThrowsAsync<ContextLengthException>(() => generator.Answer(Answers.Ask(Long())));

        Assert.Equal("256", error.Limit);
        Assert.True(int.Parse(error.Value!, System.Globalization.CultureInfo.InvariantCulture) > 256);
    }

    [Fact]
    public async Task The_oldest_messages_can_be_left_out_and_that_is_reported()
    {
        ITextGenerator generator = await Generator();

        List<GenerationEvent> events = await generator.Answer(Answers.Ask(Long(), 16) with { ContextOverflow = ContextOverflowPolicy.DropOldestMessages, ReturnTokens = true });

        PromptTruncation truncation = events.End().Truncation!;
        Assert.InRange(truncation.DroppedMessages, 2, 38);
        Assert.Equal(0, truncation.DroppedMessages % 2);
        Assert.True(truncation.DroppedTokens > 0);
        Assert.InRange(events.End().Usage.PromptTokens, 100, 240);
        string prompt = (await fixture.ModelOf(TestModelSpec.Qwen2)).Tokenizer.Decode(events.End().Tokens.Span[..events.End().Usage.PromptTokens], renderSpecial: true);
        Assert.StartsWith("<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n", prompt, StringComparison.Ordinal);
        Assert.Contains("Question 19", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_before_a_conversation_take_their_room_and_are_never_cut_with_its_messages()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);
        ITextGenerator generator = model.AsTextGenerator();
        GenerationRequest request = Answers.Ask(Long(), 16) with { ContextOverflow = ContextOverflowPolicy.DropOldestMessages, ReturnTokens = true };
        int alone = (await generator.Answer(request)).End().Truncation!.DroppedMessages;
        int[] preceding = Prompts.Of(7, 120);

        GenerationEnded end = (await generator.Answer(request with { Input = Long() with { PrecedingTokens = preceding } })).End();

        Assert.True(end.Truncation!.DroppedMessages > alone);
        Assert.InRange(end.Usage.PromptTokens, 121, 240);
        int[] prompt = end.Tokens[..end.Usage.PromptTokens].ToArray();
        Assert.Equal(preceding, prompt[..120]);
        string text = model.Tokenizer.Decode(prompt.AsSpan(120), renderSpecial: true);
        Assert.StartsWith("<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n", text, StringComparison.Ordinal);
        Assert.Contains("Question 19", text, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ContextLengthException>(() => generator.Answer(request with { Input = Long() with { PrecedingTokens = Prompts.Of(7, 240) } }));
    }

    [Fact]
    public async Task What_fits_is_left_as_it_is()
    {
        List<GenerationEvent> events = await (await Generator()).Answer(Answers.Ask(Answers.Chat("Hi"), 4) with { ContextOverflow = ContextOverflowPolicy.DropOldestMessages });

        Assert.Null(events.End().Truncation);
    }

    [Fact]
    public async Task One_message_that_is_too_long_stays_an_error()
    {
        ITextGenerator generator = await Generator();

        await Assert.ThrowsAsync<ContextLengthException>(() => generator.Answer(Answers.Ask(Answers.Chat(new string('x', 3000))) with { ContextOverflow = ContextOverflowPolicy.DropOldestMessages }));
    }

    [Fact]
    public async Task Where_everything_may_be_cut_the_middle_of_a_prompt_is_left_out_and_that_is_reported()
    {
        ITextGenerator generator = await Generator();
        int[] tokens = [.. Enumerable.Range(0, 1000).Select(static i => i % 200)];
        GenerationRequest request = Answers.Ask(new TokenInput(tokens), 8) with { ContextOverflow = ContextOverflowPolicy.Shift };

        GenerationEnded plain = (await generator.Answer(request)).End();
        GenerationEnded chat = (await generator.Answer(request with { Input = Answers.Chat(new string('x', 3000)) })).End();

        Assert.Equal((192, 1000 - 192), (plain.Usage.PromptTokens, plain.Truncation!.DroppedTokens));
        Assert.Equal(192, chat.Usage.PromptTokens);
        Assert.True(chat.Truncation!.DroppedTokens > 1000);
    }

    [Fact]
    public async Task An_answer_in_a_form_goes_on_over_a_full_context()
    {
        GenerationRequest request = Answers.Ask(Answers.Chat("Go on"), 1500) with { Output = new RegexOutput("([a-z] ){500}[0-9]"), ContextOverflow = ContextOverflowPolicy.Shift };

        List<GenerationEvent> events = await (await Generator()).Answer(request);

        Assert.Matches("^([a-z] ){500}[0-9]$", events.Text());
        Assert.True(events.End().Truncation!.ShiftedTokens > 0);
    }

    [Theory]
    [InlineData(ContextOverflowPolicy.Error, 257)]
    [InlineData(ContextOverflowPolicy.Shift, 600)]
    public async Task A_full_context_ends_the_answer_or_is_forgotten(ContextOverflowPolicy policy, int generated)
    {
        ITextGenerator generator = await Generator();
        GenerationRequest request = Answers.Ask(Answers.Chat("Go on"), 600) with { IgnoreEndOfGeneration = true, ContextOverflow = policy };

        GenerationEnded end = (await generator.Answer(request)).End();

        if (policy == ContextOverflowPolicy.Shift)
        {
            Assert.Equal((FinishReason.MaxTokens, generated), (end.FinishReason, end.Usage.GeneratedTokens));
            Assert.True(end.Truncation!.ShiftedTokens > 256);
        }
        else
        {
            Assert.Equal(FinishReason.ContextFull, end.FinishReason);
            Assert.Equal(generated, end.Usage.PromptTokens + end.Usage.GeneratedTokens);
            Assert.Null(end.Truncation);
        }
    }

    [Fact]
    public async Task A_smaller_context_can_be_asked_for()
    {
        ITextGenerator generator = await Generator();
        GenerationRequest request = Answers.Ask(Answers.Chat("Go on"), 600) with { IgnoreEndOfGeneration = true, ContextLength = 64 };

        GenerationEnded end = (await generator.Answer(request)).End();

        Assert.Equal(FinishReason.ContextFull, end.FinishReason);
        Assert.Equal(65, end.Usage.PromptTokens + end.Usage.GeneratedTokens);
        Assert.Equal("64", (await Assert.ThrowsAsync<ContextLengthException>(() => generator.Answer(request with { Input = Answers.Chat(new string('y', 400)) }))).Limit);
    }

    private async Task<ITextGenerator> Generator() => (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();

    private static ChatInput Long() => new()
    {
        Messages =
        [
            new ChatMessage(ChatRole.System, "Be kind."),
            .. Enumerable.Range(0, 19).SelectMany(static i => new[] { new ChatMessage(ChatRole.User, $"Question {i}"), new ChatMessage(ChatRole.Assistant, $"Answer {i}") }),
            new ChatMessage(ChatRole.User, "Question 19"),
        ],
    };
}
