using System.Text;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// What loading a vocabulary asserts, and what tokenizing with it would throw: llama_tokenize lets a C++ exception out, which ends
/// the process (llama-vocab.cpp).
/// </summary>
internal static class VocabularyCheck
{
    private const string TokensKey = "tokenizer.ggml.tokens";
    private const string TypesKey = "tokenizer.ggml.token_type";

    // LLAMA_TOKEN_TYPE_BYTE in llama.h.
    private const int ByteType = 6;

    // Real tokens have at most some hundred bytes. Work and memory grow with the square of the length (llama_decode_text) or its
    // cube (llm_tokenizer_plamo2::build).
    private const int OrdinaryLength = 512;
    private const long MostSquares = 256L * 1024 * 1024;

    public static void Run(CheckedModel model)
    {
        TokenizerKind kind = KindOf(model.Text("tokenizer.ggml.model"));
        if (kind == TokenizerKind.None)
        {
            throw model.Refuse("tokenizer.ggml.model names no tokenizer, and without one there is no text to read or write", model.Text("tokenizer.ggml.model"), "a tokenizer");
        }

        if (kind == TokenizerKind.Unknown || !model.Metadata.TryGetArray(TokensKey, out GgufArray array) || array.ElementType != GgufValueType.String)
        {
            // Refused by llama.cpp with an exception that it catches.
            return;
        }

        if (array.Count == 0)
        {
            throw model.Refuse($"{TokensKey} is empty", 0, "at least 1");
        }

        TokenTable tokens = new(array);
        if (tokens.Duplicate is { } pair)
        {
            // GGML_ASSERT(id_to_token.size() == token_to_id.size()).
            throw model.Refuse($"the tokens {pair.First} and {pair.Second} of {TokensKey} are both {CheckedModel.Quote(Encoding.UTF8.GetString(tokens[pair.Second]))}", pair.Second, "tokens that differ");
        }

        CheckLengths(model, tokens, kind);
        CheckTypes(model, kind);
        SpecialTokenCheck.Run(model, kind, tokens.Count);
        ByteTokenCheck.Run(model, kind, tokens);
        if (kind == TokenizerKind.Ugm)
        {
            CharsmapCheck.Run(model);
        }
    }

    private static TokenizerKind KindOf(string? name) => name switch
    {
        "none" or "no_vocab" => TokenizerKind.None,
        "llama" => TokenizerKind.Spm,
        "gpt2" or "hybriddna" or "whitespace" => TokenizerKind.Bpe,
        "gemma4" => TokenizerKind.SpmStyleBpe,
        "bert" => TokenizerKind.Wpm,
        "t5" => TokenizerKind.Ugm,
        "rwkv" => TokenizerKind.Rwkv,
        "plamo2" => TokenizerKind.Plamo2,
        "test" => TokenizerKind.Test,
        _ => TokenizerKind.Unknown,
    };

    private static void CheckLengths(CheckedModel model, TokenTable tokens, TokenizerKind kind)
    {
        long squares = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            long length = tokens.LengthOf(i);
            if (length <= OrdinaryLength)
            {
                continue;
            }

            squares += length * length;
            if (squares > MostSquares || kind == TokenizerKind.Plamo2)
            {
                throw model.Refuse($"token {i} of {TokensKey} has {length} bytes", length, OrdinaryLength);
            }
        }
    }

    private static void CheckTypes(CheckedModel model, TokenizerKind kind)
    {
        // llama_vocab::impl::token_to_byte aborts for WordPiece, which has no byte tokens.
        if (kind == TokenizerKind.Wpm
            && model.Metadata.TryGetArray(TypesKey, out GgufArray types)
            && types.ElementType == GgufValueType.Int32
            && types.AsSpan<int>().IndexOf(ByteType) is >= 0 and int at)
        {
            throw model.Refuse($"token {at} of {TypesKey} is a byte, which WordPiece does not have", ByteType, "another type");
        }
    }
}
