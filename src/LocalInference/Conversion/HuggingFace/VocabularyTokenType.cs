namespace LocalInference;

/// <summary>What a token is. SentencePiece and llama.cpp have the same numbers (<c>enum llama_token_type</c> in llama.h).</summary>
internal enum VocabularyTokenType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
