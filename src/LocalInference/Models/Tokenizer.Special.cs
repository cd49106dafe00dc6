using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference;

public sealed unsafe partial class Tokenizer
{
    private readonly Lazy<SpecialTokens> _specialTokens;

    /// <summary>Whether the model wants <see cref="BeginOfSequence"/> before every text.</summary>
    internal bool AddsBeginOfSequence { get; }

    /// <summary>Control tokens and the one for unknown text; read when first asked for.</summary>
    internal SpecialTokens SpecialTokens => _specialTokens.Value;

    private SpecialTokens ReadSpecialTokens()
    {
        using ModelLease lease = new(_model);
        var tokens = new List<SpecialToken>();
        for (int token = 0; token < VocabularySize; token++)
        {
            llama_token_attr attributes = Llama.llama_vocab_get_attr(_model.Vocabulary, token);
            if ((attributes & (llama_token_attr.LLAMA_TOKEN_ATTR_CONTROL | llama_token_attr.LLAMA_TOKEN_ATTR_UNKNOWN)) != llama_token_attr.LLAMA_TOKEN_ATTR_UNDEFINED)
            {
                tokens.Add(new SpecialToken(
                    token,
                    Marshal.PtrToStringUTF8((nint)Llama.llama_vocab_get_text(_model.Vocabulary, token)) ?? "",
                    attributes.HasFlag(llama_token_attr.LLAMA_TOKEN_ATTR_LSTRIP),
                    attributes.HasFlag(llama_token_attr.LLAMA_TOKEN_ATTR_RSTRIP)));
            }
        }

        return new SpecialTokens(tokens);
    }
}
