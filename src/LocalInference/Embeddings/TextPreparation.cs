using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Tokenizes texts for embedding and cuts those that are too long. Safe for concurrent use.</summary>
internal sealed class TextPreparation(Tokenizer tokenizer, int limit)
{
    private readonly bool _endsTexts = tokenizer.AddsEndOfText;

    /// <summary>Tokens that a text may have.</summary>
    public int Limit => limit;

    /// <summary>Appends the tokens of a text.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="input">The text.</param>
    /// <param name="truncation">Which side of it is cut.</param>
    /// <param name="most">Tokens that it may have, up to <see cref="Limit"/>.</param>
    /// <exception cref="ContextLengthException">It is too long and not to be cut.</exception>
    /// <exception cref="GenerationException">It has no tokens (<c>text_empty</c>), or ids that are not in the vocabulary (<c>token_unknown</c>).</exception>
    public void Add(TokenizedTexts texts, EmbeddingInput input, TextTruncation truncation, int most)
    {
        if (input.Text is { } text)
        {
            tokenizer.EncodeTo(texts.Tail, text, addSpecial: true);
            Finish(texts, truncation, CountBegin(texts.Pending), CountEnd(texts.Pending), most);
            return;
        }

        foreach (int token in input.Tokens.Span)
        {
            if (!tokenizer.IsKnown(token))
            {
                throw ExceptionFactory.TokenUnknown(token, tokenizer.VocabularySize);
            }

            texts.Tail.Add(token);
        }

        Finish(texts, truncation, begin: 0, end: 0, most);
    }

    /// <summary>Makes a text of what is pending, without its middle where that is too long.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="truncation">Which side of what lies between is cut.</param>
    /// <param name="begin">Tokens at the start that stay.</param>
    /// <param name="end">Tokens at the end that stay.</param>
    public void Finish(TokenizedTexts texts, TextTruncation truncation, int begin, int end) => Finish(texts, truncation, begin, end, limit);

    private static void Finish(TokenizedTexts texts, TextTruncation truncation, int begin, int end, int most)
    {
        Span<int> tokens = texts.Pending;
        if (tokens.IsEmpty)
        {
            throw ExceptionFactory.Generation("text_empty", $"Text {texts.Count} is empty, and the model puts no tokens around a text", "Leave it out.");
        }

        int dropped = Math.Max(0, tokens.Length - most);
        if (dropped == 0)
        {
            texts.Add(tokens.Length);
            return;
        }

        int between = tokens.Length - begin - end;
        if (truncation == TextTruncation.Error || dropped >= between)
        {
            throw ExceptionFactory.InputLength(texts.Count, tokens.Length, most);
        }

        int kept = between - dropped;
        if (truncation == TextTruncation.Start)
        {
            tokens[(begin + dropped)..].CopyTo(tokens[begin..]);
        }
        else
        {
            tokens[^end..].CopyTo(tokens[(begin + kept)..]);
        }

        texts.Add(most, dropped);
    }

    private int CountBegin(ReadOnlySpan<int> tokens) =>
        tokenizer is { AddsBeginOfSequence: true, BeginOfSequence: { } begin } && tokens.Length > 0 && tokens[0] == begin ? 1 : 0;

    // A control token at the end is none of the text's own, which is read without special tokens.
    private int CountEnd(ReadOnlySpan<int> tokens) => _endsTexts && tokens.Length > 1 && tokenizer.IsControl(tokens[^1]) ? 1 : 0;
}
