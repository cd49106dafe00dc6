using LocalInference.Native;

namespace LocalInference;

public sealed unsafe partial class Tokenizer
{
    /// <summary>
    /// The tokens for filling the middle between two texts, in the order that most code models were trained with: prefix, suffix, middle.
    /// </summary>
    /// <returns>The prompt, or <see langword="null"/> if the vocabulary has no such marks.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal int[]? EncodeInfill(string prefix, string suffix, bool addSpecial)
    {
        using ModelLease lease = new(_model);
        int? before = Special(Llama.llama_vocab_fim_pre(_model.Vocabulary));
        int? behind = Special(Llama.llama_vocab_fim_suf(_model.Vocabulary));
        int? middle = Special(Llama.llama_vocab_fim_mid(_model.Vocabulary));
        if (before is null || behind is null || middle is null)
        {
            return null;
        }

        int[] begin = addSpecial && AddsBeginOfSequence && BeginOfSequence is { } bos ? [bos] : [];
        return [.. begin, before.Value, .. Encode(prefix, addSpecial: false), behind.Value, .. Encode(suffix, addSpecial: false), middle.Value];
    }
}
