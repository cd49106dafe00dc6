using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libllama: vocabularies, tokenizing and the built-in chat templates. Safe on any thread.</summary>
internal static unsafe partial class Llama
{
    // Facts
    [LibraryImport(Library)]
    internal static partial llama_vocab_type llama_vocab_type(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_n_tokens(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial byte* llama_vocab_get_text(llama_vocab* vocab, int token);

    [LibraryImport(Library)]
    internal static partial float llama_vocab_get_score(llama_vocab* vocab, int token);

    [LibraryImport(Library)]
    internal static partial llama_token_attr llama_vocab_get_attr(llama_vocab* vocab, int token);

    [LibraryImport(Library)]
    internal static partial byte llama_vocab_is_eog(llama_vocab* vocab, int token);

    [LibraryImport(Library)]
    internal static partial byte llama_vocab_is_control(llama_vocab* vocab, int token);

    [LibraryImport(Library)]
    internal static partial byte llama_vocab_get_add_bos(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial byte llama_vocab_get_add_eos(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial byte llama_vocab_get_add_sep(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int* llama_vocab_get_suppress_tokens(llama_vocab* vocab, int* nSuppressTokens);

    // Special tokens (-1: none)
    [LibraryImport(Library)]
    internal static partial int llama_vocab_bos(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_eos(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_eot(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_sep(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_nl(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_pad(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_mask(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_fim_pre(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_fim_suf(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_fim_mid(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_fim_pad(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_fim_rep(llama_vocab* vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_fim_sep(llama_vocab* vocab);

    // Text (a negative result is minus the room needed)
    [LibraryImport(Library)]
    internal static partial int llama_tokenize(llama_vocab* vocab, byte* text, int textLen, int* tokens, int nTokensMax, byte addSpecial, byte parseSpecial);

    [LibraryImport(Library)]
    internal static partial int llama_token_to_piece(llama_vocab* vocab, int token, byte* buf, int length, int lstrip, byte special);

    [LibraryImport(Library)]
    internal static partial int llama_detokenize(llama_vocab* vocab, int* tokens, int nTokens, byte* text, int textLenMax, byte removeSpecial, byte unparseSpecial);

    [LibraryImport(Library)]
    internal static partial int llama_chat_apply_template(byte* tmpl, llama_chat_message* chat, nuint nMsg, byte addAss, byte* buf, int length);
}
