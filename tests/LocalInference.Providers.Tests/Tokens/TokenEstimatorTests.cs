using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

public sealed class TokenEstimatorTests
{
    private readonly TokenEstimator _estimator = new();

    [Fact]
    public void It_begins_with_four_bytes_a_token_and_four_tokens_a_message()
    {
        Assert.Equal(new TokenCount(25 + 4, IsEstimate: true), _estimator.Estimate("m", TestProviders.Chat(new string('x', 100))));
        Assert.Equal(new TokenCount(3, IsEstimate: false), _estimator.Estimate("m", new GenerationRequest { Input = new TokenInput(new[] { 1, 2, 3 }) }));
    }

    [Fact]
    public void It_comes_within_a_tenth_of_a_vocabulary_after_a_few_answers_and_of_another_model_learns_nothing()
    {
        for (int length = 200; length < 2200; length += 200)
        {
            GenerationRequest request = TestProviders.Chat(new string('x', length));
            _estimator.Observe("dense", request, 4 + (length / 2));
            _estimator.Observe("dense", request with { Input = new TokenInput(new[] { 1 }) }, 1);
        }

        Assert.InRange(_estimator.Estimate("dense", TestProviders.Chat(new string('x', 1000))).Tokens, 450, 550);
        Assert.Equal(254, _estimator.Estimate("other", TestProviders.Chat(new string('x', 1000))).Tokens);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(100_000)]
    public void Counts_that_cannot_be_of_this_text_teach_nothing(int tokens)
    {
        _estimator.Observe("m", TestProviders.Chat(new string('x', 1000)), tokens);

        Assert.Equal(254, _estimator.Estimate("m", TestProviders.Chat(new string('x', 1000))).Tokens);
    }

    [Fact]
    public void Functions_calls_and_their_results_count_and_pictures_count_a_thousand()
    {
        var chat = new ChatInput
        {
            Messages =
            [
                new ChatMessage(ChatRole.User, [new TextContent(new string('x', 40)), new DataContent(new byte[] { 1 }, "image/png")]),
                new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("id", "name", new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Oslo" })]),
                new ChatMessage(ChatRole.Tool, [new FunctionResultContent("id", "sunny..")]),
            ],
        };

        Assert.Equal(((40 + 4 + 4 + 4 + 7 + 3) / 4) + 12 + 1000, _estimator.Estimate("m", new GenerationRequest { Input = chat }).Tokens);
    }

    [Fact]
    public async Task Local_models_are_counted_by_their_own_vocabulary()
    {
        UsageMeter meter = Metered.Meter(new ManualTime(), null);
        ITokenCounter counter = meter.TokenCounter(new LocalCounter());

        Assert.Equal(new TokenCount(77, IsEstimate: false), await counter.CountTokensAsync(Metered.Request("local")));
        Assert.Equal(new TokenCount(77, IsEstimate: false), await counter.CountTokensAsync(Metered.Request("notes")));
        Assert.Equal(new TokenCount(10, IsEstimate: true), await counter.CountTokensAsync(Metered.Request("cloud/big")));
        Assert.Equal(new TokenCount(10, IsEstimate: true), await meter.TokenCounter(null).CountTokensAsync(Metered.Request("local")));
    }

    private sealed class LocalCounter : ITokenCounter
    {
        public ValueTask<TokenCount> CountTokensAsync(GenerationRequest request, CancellationToken cancellationToken = default)
        {
            Assert.Equal("local", request.Model);
            return ValueTask.FromResult(new TokenCount(77, IsEstimate: false));
        }
    }
}
