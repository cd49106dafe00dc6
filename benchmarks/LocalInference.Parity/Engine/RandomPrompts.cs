namespace LocalInference.Parity.Engine;

/// <summary>Prompts of random tokens, the same for the same seed. No two begin with the same token, so they share no prefix.</summary>
internal sealed class RandomPrompts
{
    private readonly Random _random;
    private readonly int[] _ordinary;
    private readonly Queue<int> _first;

    /// <param name="tokenizer">Whose tokens; control tokens are left out.</param>
    /// <param name="seed">Decides all of them.</param>
    public RandomPrompts(Tokenizer tokenizer, int seed)
    {
        _random = new Random(seed);
        _ordinary = [.. Enumerable.Range(0, tokenizer.VocabularySize).Where(token => !tokenizer.IsControl(token) && !tokenizer.IsEndOfGeneration(token))];
        int[] first = [.. _ordinary];
        _random.Shuffle(first);
        _first = new Queue<int>(first);
    }

    /// <summary>One more prompt.</summary>
    /// <exception cref="InvalidOperationException">There are as many prompts as ordinary tokens.</exception>
    public int[] Next(int length) => [_first.Dequeue(), .. _random.GetItems(_ordinary, length - 1)];

    /// <summary>One more prompt, of a length between two.</summary>
    public int[] Next(int shortest, int longest) => Next(_random.Next(shortest, longest + 1));
}
