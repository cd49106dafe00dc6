namespace LocalInference.TestModels;

/// <summary>What a token is; the numbers are those of <c>tokenizer.ggml.token_type</c> (<c>enum llama_token_type</c> in llama.h).</summary>
public enum TokenType
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>Stands for what the vocabulary lacks.</summary>
    Unknown = 2,

    /// <summary>Structure, never text: must not come out of users' text.</summary>
    Control = 3,

    /// <summary>Text that is always one token, also when special tokens are not parsed.</summary>
    UserDefined = 4,

    /// <summary>One byte.</summary>
    Byte = 6,
}
