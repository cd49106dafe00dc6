using LocalInference.Parity.Engine;

namespace LocalInference.Parity.Texts;

/// <summary>Compares answers of the engine with those of llama-server.</summary>
/// <param name="name">What kind of answers they are.</param>
/// <param name="tokenizer">Says which tokens end an answer: llama-server counts them to it.</param>
internal sealed class TextComparison(string name, Tokenizer tokenizer)
{
    // What stands for bytes that are no character: either side has its own number of them.
    private const char Replacement = '\uFFFD';

    private int _answers;
    private int _equal;
    private long _tokens;
    private string? _first;

    /// <summary>Whether there were answers, and all were equal.</summary>
    public bool AllEqual => _answers > 0 && _equal == _answers;

    /// <summary>Adds an answer of either side to the same prompt.</summary>
    public void Add(GreedyAnswer ours, GreedyAnswer theirs)
    {
        int[] expected = theirs.Tokens is [.., int last] && tokenizer.IsEndOfGeneration(last) ? theirs.Tokens[..^1] : theirs.Tokens;
        _answers++;
        _tokens += ours.Tokens.Length;
        if (expected.AsSpan().SequenceEqual(ours.Tokens) && Characters(ours.Text) == Characters(theirs.Text))
        {
            _equal++;
            return;
        }

        int same = expected.AsSpan().CommonPrefixLength(ours.Tokens);
        _first ??= $"answer {_answers}: tokens equal up to {same} of {ours.Tokens.Length} and {expected.Length}; ours \"{ours.Text}\", theirs \"{theirs.Text}\"";
    }

    public override string ToString() =>
        $"{name}: {_equal} of {_answers} texts equal ({_tokens:N0} tokens)" + (_first is null ? "" : $"; first other: {_first}");

    private static string Characters(string text) => text.Replace($"{Replacement}", "", StringComparison.Ordinal);
}
