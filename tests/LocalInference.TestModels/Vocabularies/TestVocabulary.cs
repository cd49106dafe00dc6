namespace LocalInference.TestModels;

/// <summary>The vocabulary of a test model, so that tests can name its tokens.</summary>
public sealed class TestVocabulary
{
    private readonly Dictionary<string, int> _ids;

    internal TestVocabulary(TestVocabularyKind kind, IReadOnlyList<TestToken> tokens, IReadOnlyList<string> merges)
    {
        Kind = kind;
        Tokens = tokens;
        Merges = merges;
        _ids = new(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
        {
            _ids.Add(tokens[id].Text, id);
        }
    }

    /// <summary>The tokenizer.</summary>
    public TestVocabularyKind Kind { get; }

    /// <summary>The tokens; the place is the id.</summary>
    public IReadOnlyList<TestToken> Tokens { get; }

    /// <summary>For BPE: pairs of pieces with a space between, the first to be merged first. Else empty.</summary>
    public IReadOnlyList<string> Merges { get; }

    /// <summary>The token that starts a text, or -1.</summary>
    public int Bos { get; internal init; } = -1;

    /// <summary>The token that ends a text, or -1.</summary>
    public int Eos { get; internal init; } = -1;

    /// <summary>The unknown token, or -1.</summary>
    public int Unknown { get; internal init; } = -1;

    /// <summary>The padding token, or -1.</summary>
    public int Padding { get; internal init; } = -1;

    /// <summary>The token between two texts, or -1.</summary>
    public int Separator { get; internal init; } = -1;

    /// <summary>The mask token, or -1.</summary>
    public int Mask { get; internal init; } = -1;

    /// <summary>The id of a token as it is stored: with ▁ or Ġ for a space.</summary>
    /// <exception cref="KeyNotFoundException">There is no such token.</exception>
    public int Id(string text) => _ids[text];
}
