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
}
