namespace LocalInference;

/// <summary>
/// The tokens that tokenizing puts around a text: asserted to be there when the first text is tokenized
/// (llama_vocab::impl::tokenize in llama-vocab.cpp).
/// </summary>
internal static class SpecialTokenCheck
{
    public static void Run(CheckedModel model, TokenizerKind kind, int tokenCount)
    {
        // Defaults of llama_vocab::impl::load.
        (uint? begin, uint? end, uint? separator) = kind switch
        {
            TokenizerKind.Spm => ((uint?)1, (uint?)2, (uint?)null),
            TokenizerKind.Bpe => (11, 11, null),
            TokenizerKind.Wpm => (101, null, 102),
            TokenizerKind.Ugm => (null, 1, null),
            _ => (null, null, null),
        };
        (bool addsBegin, bool addsEnd, bool addsSeparator) = kind switch
        {
            // Which BPE models add tokens depends on tokenizer.ggml.pre; those that do not say so are taken to add both.
            TokenizerKind.Bpe => (Adds(model, "bos") ?? true, Adds(model, "eos") ?? true, false),
            TokenizerKind.SpmStyleBpe => (true, Adds(model, "eos") ?? false, false),
            TokenizerKind.Spm => (Adds(model, "bos") ?? true, Adds(model, "eos") ?? false, false),
            TokenizerKind.Ugm => (Adds(model, "bos") ?? false, Adds(model, "eos") ?? true, false),
            TokenizerKind.Wpm => (true, false, true),
            _ => (false, false, false),
        };
        Require(model, addsBegin, "bos", begin, tokenCount);
        Require(model, addsEnd, "eos", end, tokenCount);

        // Spelt so in llama-arch.cpp.
        Require(model, addsSeparator, "seperator", separator, tokenCount);
    }

    private static bool? Adds(CheckedModel model, string name) =>
        model.Metadata.TryGetBoolean($"tokenizer.ggml.add_{name}_token", out bool adds) ? adds : null;

    private static void Require(CheckedModel model, bool required, string name, uint? standard, int tokenCount)
    {
        string key = $"tokenizer.ggml.{name}_token_id";

        // An id beyond the vocabulary is ignored, and the default takes its place, if there is such a token.
        bool given = model.Metadata.TryGetUInt32(key, out uint id) && id < (uint)tokenCount;
        if (required && !given && !(standard < (uint)tokenCount))
        {
            throw model.Refuse($"{key}, which begins or ends every text, is missing or not in the vocabulary of {tokenCount}", model.Metadata.ContainsKey(key) ? id : null, tokenCount - 1);
        }
    }
}
