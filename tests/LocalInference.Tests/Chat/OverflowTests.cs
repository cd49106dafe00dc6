using LocalInference.Abstractions;
using LocalInference.TestModels;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Chat;

/// <summary>The context of this model is 256 tokens.</summary>
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

    [Theory]
    [InlineData(ContextOverflowPolicy.Error, 256)]
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
        Assert.Equal(64, end.Usage.PromptTokens + end.Usage.GeneratedTokens);
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
