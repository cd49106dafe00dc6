namespace LocalInference.Tests.Speculating;

public sealed class PromptLookupTests
{
    [Fact]
    public void It_guesses_what_followed_the_last_time()
    {
        var lookup = new PromptLookup([1, 2, 3, 4, 5, 6, 9, 9, 1, 2, 3], 20);
        Assert.Equal([4, 5, 6, 9], Guess(lookup, 4));
        lookup.Append(7);
        Assert.Empty(Guess(lookup, 4));

        // The newer place counts.
        lookup.Append(1);
        lookup.Append(2);
        lookup.Append(3);
        Assert.Equal([7, 1, 2, 3], Guess(lookup, 8));
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 1, 2 })]
    [InlineData(new[] { 1, 2, 3 })]
    [InlineData(new[] { 1, 2, 3, 1, 2, 4 })]
    public void It_guesses_nothing_where_nothing_repeats(int[] tokens) => Assert.Empty(Guess(new PromptLookup(tokens, 10), 4));

    [Fact]
    public void It_stops_learning_when_it_is_full()
    {
        var lookup = new PromptLookup([1, 2, 3], 5);
        for (int i = 0; i < 10; i++)
        {
            lookup.Append((i % 3) + 1);
        }

        Assert.True(Guess(lookup, 4).Length <= 4);
    }

    [Fact]
    public void It_equals_a_search_through_the_whole_text()
    {
        var random = new Random(5);
        var tokens = new List<int>();
        var lookup = new PromptLookup([], 2000);
        for (int i = 0; i < 2000; i++)
        {
            int[] guess = Guess(lookup, 6);
            int at = -1;
            for (int end = 3; end < tokens.Count; end++)
            {
                at = tokens[(end - 3)..end].SequenceEqual(tokens[^3..]) ? end : at;
            }

            int[] expected = at < 0 ? [] : [.. tokens[at..Math.Min(at + 6, tokens.Count)]];

            // Two n-grams of one slot: the older one is forgotten, never mistaken.
            Assert.True(guess.SequenceEqual(expected) || guess.Length == 0);
            tokens.Add(random.Next(6));
            lookup.Append(tokens[^1]);
        }
    }

    private static int[] Guess(PromptLookup lookup, int most)
    {
        int[] tokens = new int[most];
        return tokens[..lookup.Guess(tokens)];
    }
}
