namespace LocalInference.TestModels;

/// <summary>The tokenizers that <see cref="TestModel"/> can write.</summary>
public enum TestVocabularyKind
{
    /// <summary>SentencePiece as in Llama 2: pieces with scores, unknown characters as byte tokens.</summary>
    Spm,

    /// <summary>Byte-level BPE as in GPT-2: pieces and an ordered list of merges.</summary>
    Bpe,

    /// <summary>WordPiece as in BERT: longest match, lower case.</summary>
    Wpm,
}
