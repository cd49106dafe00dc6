using System.Numerics;

namespace LocalInference;

/// <summary>
/// Guesses that a text goes on as it did after its last tokens appeared before. An index over the n-grams of prompt and answer;
/// all its memory is taken when it is made. Owned by the engine thread.
/// </summary>
internal sealed class PromptLookup : ITokenGuesser
{
    // Two tokens repeat by chance too often, four miss too much.
    private const int Length = 3;

    // Of two n-grams in one slot the older is forgotten: rarely so in short texts.
    private const int FewestSlots = 1024;

    private readonly int[] _tokens;

    // Position behind the last n-gram with this hash; 0: none.
    private readonly int[] _next;
    private int _count;

    /// <param name="prompt">The text so far.</param>
    /// <param name="capacity">Most tokens that it will have.</param>
    public PromptLookup(ReadOnlySpan<int> prompt, int capacity)
    {
        _tokens = new int[Math.Max(capacity, prompt.Length)];
        _next = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(FewestSlots, _tokens.Length * 2))];
        foreach (int token in prompt)
        {
            Append(token);
        }
    }

    public double SecondsPerGuess => 0;

    /// <summary>Adds the next token; beyond the capacity, nothing more is learned.</summary>
    public void Append(int token)
    {
        if (_count == _tokens.Length)
        {
            return;
        }

        // Now that the n-gram before it is known to go on: the newest place counts.
        if (_count >= Length)
        {
            _next[Slot(_count)] = _count;
        }

        _tokens[_count++] = token;
    }

    public int Guess(Span<int> tokens)
    {
        if (_count < Length)
        {
            return 0;
        }

        int at = _next[Slot(_count)];
        if (at == 0 || !_tokens.AsSpan(at - Length, Length).SequenceEqual(_tokens.AsSpan(_count - Length, Length)))
        {
            return 0;
        }

        int found = Math.Min(tokens.Length, _count - at);
        _tokens.AsSpan(at, found).CopyTo(tokens);
        return found;
    }

    public void Dispose()
    {
    }

    // Of the n-gram that ends before this position. The constants are those of splitmix64's finalizer.
    private int Slot(int end)
    {
        ulong hash = 0;
        for (int i = end - Length; i < end; i++)
        {
            hash = (hash ^ (uint)_tokens[i]) * 0xBF58476D1CE4E5B9;
            hash ^= hash >> 29;
        }

        return (int)(hash & (ulong)(_next.Length - 1));
    }
}
