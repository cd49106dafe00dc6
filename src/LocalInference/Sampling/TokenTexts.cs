namespace LocalInference;

/// <summary>The bytes of every token of a vocabulary, one behind the other. Immutable.</summary>
internal sealed class TokenTexts(byte[] all, int[] starts)
{
    /// <summary>All of them.</summary>
    public ReadOnlySpan<byte> All => all;

    /// <summary>Tokens in the vocabulary.</summary>
    public int Count => starts.Length - 1;

    /// <summary>The bytes of one token.</summary>
    public ReadOnlySpan<byte> this[int token] => all.AsSpan(starts[token], starts[token + 1] - starts[token]);

    /// <summary>Where a token's bytes end.</summary>
    public int End(int token) => starts[token + 1];

    /// <summary>The token to which a byte belongs.</summary>
    public int TokenAt(int place)
    {
        // The last token that starts at or before it: those before it with the same start are empty.
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = starts[middle] <= place ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
