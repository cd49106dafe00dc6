using System.Collections.Immutable;
using LocalInference.Native;

namespace LocalInference;

// What samplers ask of a vocabulary. Each is made once, when a request first needs it.
public sealed unsafe partial class Tokenizer
{
    private readonly Lazy<TokenTexts> _texts;
    private readonly Lazy<TokenTrie> _pieces;
    private readonly Lazy<GrammarCache> _grammars;

    /// <summary>Each token as the text it is on its own, control tokens by name.</summary>
    internal TokenTexts Texts => _texts.Value;

    /// <summary>The pieces that a text is made of, control tokens by name, as llama.cpp's grammars read them.</summary>
    internal TokenTrie Pieces => _pieces.Value;

    /// <summary>The grammars that requests used last.</summary>
    internal GrammarCache Grammars => _grammars.Value;

    /// <summary>The tokens that the model's file says are never to be chosen.</summary>
    internal ImmutableArray<int> SuppressedTokens { get; }

    /// <summary>The model whose vocabulary it is.</summary>
    internal ModelHandle Model => _model;

    /// <summary>Token ids of UTF-8 that may be cut anywhere, without special tokens.</summary>
    internal int[] EncodePlain(byte[] utf8)
    {
        using ModelLease lease = new(_model);
        return Encode(utf8, addSpecial: false, parseSpecial: false);
    }

    private ImmutableArray<int> ReadSuppressedTokens()
    {
        int count;
        int* tokens = Llama.llama_vocab_get_suppress_tokens(_model.Vocabulary, &count);
        return [.. new ReadOnlySpan<int>(tokens, count)];
    }

    private TokenTexts ReadTexts()
    {
        using ModelLease lease = new(_model);
        return Read((token, output, room) => Llama.llama_detokenize(_model.Vocabulary, &token, 1, output, room, 0, 1));
    }

    private TokenTrie ReadPieces()
    {
        using ModelLease lease = new(_model);
        TokenTexts pieces = Read((token, output, room) => Llama.llama_token_to_piece(_model.Vocabulary, token, output, room, 0, 1));
        int[] ends = [.. Enumerable.Range(0, VocabularySize).Where(token => Llama.llama_vocab_is_eog(_model.Vocabulary, token) != 0)];
        return new TokenTrie(pieces, ends);
    }

    private TokenTexts Read(PieceReader read)
    {
        var all = new List<byte>(VocabularySize * 8);
        int[] starts = new int[VocabularySize + 1];
        byte[] buffer = new byte[LongestPiece];
        for (int token = 0; token < VocabularySize; token++)
        {
            int length;
            fixed (byte* output = buffer)
            {
                length = read(token, output, buffer.Length);
            }

            all.AddRange(buffer.AsSpan(0, Math.Max(0, length)));
            starts[token + 1] = all.Count;
        }

        return new TokenTexts([.. all], starts);
    }

    private delegate int PieceReader(int token, byte* output, int room);
}
