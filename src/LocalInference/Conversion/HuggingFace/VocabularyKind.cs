namespace LocalInference;

/// <summary>How a tokenizer finds the pieces of a text.</summary>
internal enum VocabularyKind
{
    /// <summary>SentencePiece's byte pairs: the pair with the highest score is merged first.</summary>
    SentencePiece,

    /// <summary>Byte-level byte pairs, with a list of merges.</summary>
    BytePairs,

    /// <summary>BERT's: the longest piece that a word begins with, then the longest that goes on with it.</summary>
    WordPieces,
}
