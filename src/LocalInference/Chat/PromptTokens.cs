using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// Turns a rendered prompt into tokens. Special tokens are read in the template's own text alone; all text between two of them is
/// tokenized in one piece, so a border between template and content changes nothing: unless content spells a special token, the
/// ids are those of the whole prompt.
/// </summary>
internal static class PromptTokens
{
    public static int[] Encode(Tokenizer tokenizer, MarkedText prompt)
    {
        int[] begin = tokenizer is { AddsBeginOfSequence: true, BeginOfSequence: { } bos } ? [bos] : [];
        TextRange[] content = [.. prompt.Segments.Where(static s => s.IsContent).Select(static s => new TextRange(s.Start, s.Start + s.Length))];
        if (!tokenizer.SpecialTokens.AnyIn(prompt.Text, content))
        {
            return [.. begin, .. tokenizer.Encode(prompt.Text, addSpecial: false, parseSpecial: true)];
        }

        List<int> tokens = [.. begin];
        foreach ((TextRange range, SpecialToken? token) in tokenizer.SpecialTokens.Split(prompt.Text, content))
        {
            if (token is not null)
            {
                tokens.Add(token.Id);
                continue;
            }

            tokens.AddRange(tokenizer.Encode(prompt.Text[range.Start..range.End], addSpecial: false));
        }

        return [.. tokens];
    }

    /// <summary>
    /// A prompt behind other tokens, without a second begin-of-sequence token. Where the prompt has that more than once it is the mark of
    /// its turns, as in SmolLM2's ChatML, and stays.
    /// </summary>
    public static int[] Behind(Tokenizer tokenizer, ReadOnlySpan<int> preceding, int[] prompt)
    {
        if (preceding.IsEmpty)
        {
            return prompt;
        }

        bool repeats = tokenizer.BeginOfSequence is { } bos && preceding[0] == bos && prompt.AsSpan().LastIndexOf(bos) == 0;
        return [.. preceding, .. prompt.AsSpan(repeats ? 1 : 0)];
    }
}
