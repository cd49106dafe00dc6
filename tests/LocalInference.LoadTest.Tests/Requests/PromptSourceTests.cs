using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Tests.Requests;

public sealed class PromptSourceTests
{
    [Fact]
    public void The_same_seed_gives_the_same_prompts_and_another_seed_others()
    {
        int[] first = [.. new PromptSource(1, 1000).Next(64).Tokens!];

        Assert.Equal(first, new PromptSource(1, 1000).Next(64).Tokens);
        Assert.NotEqual(first, new PromptSource(2, 1000).Next(64).Tokens);
        Assert.Equal(64, first.Length);
    }

    [Fact]
    public void Token_ids_stay_away_from_both_ends_of_the_vocabulary() =>
        Assert.All(new PromptSource(3, 400).Next(5000).Tokens!, static token => Assert.InRange(token, 100, 299));

    [Fact]
    public void Without_a_vocabulary_a_prompt_has_so_many_words()
    {
        Prompt prompt = new PromptSource(1, vocabularySize: null).Next(40);

        Assert.Null(prompt.Tokens);
        Assert.Equal(40, prompt.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(prompt.Text + " x", prompt.Append(new Prompt(null, " x")).Text);
    }

    [Fact]
    public void Gaps_between_arrivals_have_the_mean_and_the_variance_of_a_Poisson_process()
    {
        const int Count = 20_000;
        PromptSource source = new(5, vocabularySize: null);
        double[] gaps = [.. Enumerable.Range(0, Count).Select(_ => source.NextGap(4).TotalSeconds)];
        double mean = gaps.Average();

        // An exponential distribution's deviation is its mean; 20,000 of them are within 3 %.
        Assert.InRange(mean, 0.25 * 0.97, 0.25 * 1.03);
        Assert.InRange(Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean))), 0.25 * 0.95, 0.25 * 1.05);
    }
}
