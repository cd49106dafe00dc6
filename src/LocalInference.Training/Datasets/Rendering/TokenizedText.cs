using System.Text;
using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>
/// A rendered text as the tokens that the model is given for it, and where in the text each ends. The ids are those that the engine
/// makes of the same prompt: special tokens are read in the template's own text alone.
/// </summary>
internal sealed class TokenizedText
{
    private readonly List<int> _tokens = [];
    private readonly List<TextRange> _ranges = [];

    private TokenizedText()
    {
    }

    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>For each token the characters it stands for; none for one that the tokenizer adds.</summary>
    public IReadOnlyList<TextRange> Ranges => _ranges;

    /// <param name="tokenizer">The model's.</param>
    /// <param name="text">The text.</param>
    /// <param name="borders">
    /// Places in the text between what is only read and what is learned, in order. No token reaches over one: at the place where it
    /// answers, a model starts a token of its own.
    /// </param>
    public static TokenizedText Of(Tokenizer tokenizer, MarkedText text, IEnumerable<int> borders)
    {
        TokenizedText tokenized = new();
        if (tokenizer is { AddsBeginOfSequence: true, BeginOfSequence: { } begin })
        {
            tokenized.Add(begin, new TextRange(0, 0));
        }

        int[] places = [.. borders];
        TextRange[] content = [.. text.Segments.Where(static segment => segment.IsContent).Select(static segment => new TextRange(segment.Start, segment.Start + segment.Length))];
        foreach ((TextRange range, SpecialToken? token) in tokenizer.SpecialTokens.Split(text.Text, content))
        {
            if (token is not null)
            {
                tokenized.Add(token.Id, range);
            }
            else
            {
                tokenized.AddText(tokenizer, text.Text, range, places);
            }
        }

        return tokenized;
    }

    // Text is tokenized whole where a tokenizer takes it, the tokens show where they end, and none reaches over a border; else it is cut.
    private void AddText(Tokenizer tokenizer, string text, TextRange range, int[] borders)
    {
        int[] inside = [.. borders.Where(border => border > range.Start && border < range.End)];
        if (range.End - range.Start <= TextPieces.Longest && TryPlace(tokenizer, text, range, tokenizer.Encode(text[range.Start..range.End], addSpecial: false), inside))
        {
            return;
        }

        int start = range.Start;
        foreach (int border in inside.Append(range.End))
        {
            foreach (string piece in TextPieces.Of(text[start..border]))
            {
                int end = start + piece.Length;
                foreach (int token in start == range.Start ? tokenizer.Encode(piece, addSpecial: false) : EncodeWithin(tokenizer, piece))
                {
                    Add(token, new TextRange(start, end));
                }

                start = end;
            }
        }
    }

    // A part of a text that another part is before, where SentencePiece must not put a space.
    private static int[] EncodeWithin(Tokenizer tokenizer, string part)
    {
        int[] alone = tokenizer.Encode(part, addSpecial: false);
        if (alone.Sum(token => tokenizer.GetBytes(token).Length) == Encoding.UTF8.GetByteCount(part))
        {
            return alone;
        }

        // Behind a line break, which it merges with nothing, it is as behind any text; the space and the break are left out again.
        int[] behind = tokenizer.Encode($"\n{part}", addSpecial: false);
        int skipped = 0;
        for (int bytes = 0; bytes < " \n".Length && skipped < behind.Length; skipped++)
        {
            bytes += tokenizer.GetBytes(behind[skipped]).Length;
        }

        return behind[skipped..];
    }

    private bool TryPlace(Tokenizer tokenizer, string text, TextRange range, int[] tokens, int[] borders)
    {
        int total = Encoding.UTF8.GetByteCount(text.AsSpan(range.Start..range.End));
        int[] lengths = [.. tokens.Select(token => tokenizer.GetBytes(token).Length)];

        // SentencePiece puts a space before a text.
        int excess = lengths.Sum() - total;
        if (excess is not (0 or 1) || (excess == 1 && tokenizer.GetBytes(tokens[0])[0] != (byte)' '))
        {
            return false;
        }

        List<TextRange> ranges = [];
        int bytes = -excess;
        (int character, int byteOfCharacter) = (range.Start, 0);
        int lastCharacter = character;
        foreach (int length in lengths)
        {
            // One that begins within a character stands for that character too.
            int start = bytes < byteOfCharacter ? lastCharacter : character;
            bytes += length;
            while (byteOfCharacter < bytes)
            {
                int width = char.IsHighSurrogate(text[character]) && character + 1 < range.End ? 2 : 1;
                byteOfCharacter += Encoding.UTF8.GetByteCount(text.AsSpan(character, width));
                lastCharacter = character;
                character += width;
            }

            ranges.Add(new TextRange(start, character));
        }

        // A token over a border would be learned in part; then the border wins.
        if (borders.Any(border => ranges.Exists(token => token.Start < border && border < token.End)))
        {
            return false;
        }

        for (int i = 0; i < tokens.Length; i++)
        {
            Add(tokens[i], ranges[i]);
        }

        return true;
    }

    private void Add(int token, TextRange range)
    {
        _tokens.Add(token);
        _ranges.Add(range);
    }
}
