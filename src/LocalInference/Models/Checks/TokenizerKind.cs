namespace LocalInference;

/// <summary>The tokenizers of llama.cpp (<c>enum llama_vocab_type</c> in llama.h), as <c>tokenizer.ggml.model</c> names them.</summary>
internal enum TokenizerKind
{
    /// <summary>A name that llama.cpp refuses by itself.</summary>
    Unknown,

    /// <summary><c>none</c>, <c>no_vocab</c>.</summary>
    None,

    /// <summary><c>llama</c>: SentencePiece.</summary>
    Spm,

    /// <summary><c>gpt2</c>, <c>hybriddna</c>, <c>whitespace</c>: byte-level BPE.</summary>
    Bpe,

    /// <summary><c>gemma4</c>: BPE over SentencePiece's pieces.</summary>
    SpmStyleBpe,

    /// <summary><c>bert</c>: WordPiece.</summary>
    Wpm,

    /// <summary><c>t5</c>: unigrams.</summary>
    Ugm,

    /// <summary><c>rwkv</c>: longest match.</summary>
    Rwkv,

    /// <summary><c>plamo2</c>: a table of suffixes.</summary>
    Plamo2,

    /// <summary><c>test</c>: hashes.</summary>
    Test,
}
