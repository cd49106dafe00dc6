using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>A model's vocabulary: text to token ids and back. Safe for concurrent use, until its model is disposed.</summary>
public sealed unsafe partial class Tokenizer
{
    // Characters; see EncodeOnLargeStack.
    private const int LongestOnAnyStack = 2_000;
    private const int LongestText = 2_000_000;
    private const int BaseStackBytes = 1 << 20;
    private const int StackBytesPerCharacter = 512;

    private readonly ModelHandle _model;
    private readonly bool _isBytePairEncoding;

    internal Tokenizer(ModelHandle model)
    {
        _model = model;
        VocabularySize = Llama.llama_vocab_n_tokens(model.Vocabulary);
        BeginOfSequence = Special(Llama.llama_vocab_bos(model.Vocabulary));
        EndOfSequence = Special(Llama.llama_vocab_eos(model.Vocabulary));
        LongestPiece = MeasureLongestPiece();
        AddsBeginOfSequence = Llama.llama_vocab_get_add_bos(model.Vocabulary) != 0;
        _specialTokens = new(ReadSpecialTokens);
        _texts = new(ReadTexts);
        _pieces = new(ReadPieces);
        _grammars = new(() => new GrammarCache(this));
        SuppressedTokens = ReadSuppressedTokens();
        _isBytePairEncoding = Llama.llama_vocab_type(model.Vocabulary) == llama_vocab_type.LLAMA_VOCAB_TYPE_BPE;
    }

    /// <summary>Number of tokens in the vocabulary; ids are 0 to one less.</summary>
    public int VocabularySize { get; }

    /// <summary>The token that begins a text, or <see langword="null"/>.</summary>
    public int? BeginOfSequence { get; }

    /// <summary>The token that ends a text, or <see langword="null"/>. A model may have others that end a generation.</summary>
    public int? EndOfSequence { get; }

    /// <summary>The most bytes that one token stands for, names of control tokens included.</summary>
    internal int LongestPiece { get; }

    /// <summary>Token ids of a text.</summary>
    /// <param name="text">The text; at most 2,000,000 characters for a vocabulary of byte-pair encoding.</param>
    /// <param name="addSpecial">Adds the begin (and end) token where the model wants one. Default: yes.</param>
    /// <param name="parseSpecial">Reads special tokens that the text spells as the tokens themselves. Default: no.</param>
    /// <exception cref="GenerationException">The text is too long (<c>text_too_long</c>).</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public int[] Encode(string text, bool addSpecial = true, bool parseSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        using ModelLease lease = new(_model);

        byte[] utf8 = Encoding.UTF8.GetBytes(text);

        return _isBytePairEncoding && text.Length > LongestOnAnyStack
            ? EncodeOnLargeStack(utf8, text.Length, addSpecial, parseSpecial)
            : Encode(utf8, addSpecial, parseSpecial);
    }

    // Many BPE pre-tokenizers run on std::regex, which calls itself once per character of a run (some 370 bytes each on x64);
    // on the stack of a pool thread 4,000 characters end the process.
    private int[] EncodeOnLargeStack(byte[] utf8, int characters, bool addSpecial, bool parseSpecial)
    {
        if (characters > LongestText)
        {
            throw ExceptionFactory.TextTooLong(characters, LongestText);
        }

        var tokens = new TaskCompletionSource<int[]>();
        var thread = new Thread(
            () =>
            {
                try
                {
                    tokens.SetResult(Encode(utf8, addSpecial, parseSpecial));
                }
                catch (Exception e)
                {
                    tokens.SetException(e);
                }
            },
            BaseStackBytes + (characters * StackBytesPerCharacter))
        {
            Name = "LocalInference tokenizer",
        };
        thread.Start();
        return tokens.Task.GetAwaiter().GetResult();
    }

    private int[] Encode(byte[] utf8, bool addSpecial, bool parseSpecial)
    {
        // A token takes at least one byte, and the special ones come on top; only scripts that fall back to bytes need that much.
        int[] tokens = new int[utf8.Length + 2];
        int count = Tokenize(utf8, tokens, addSpecial, parseSpecial);
        if (count < 0)
        {
            // A prefix space or a normalizer made it longer than its bytes; the exact room is known now.
            tokens = new int[-count];
            count = Tokenize(utf8, tokens, addSpecial, parseSpecial);
        }

        return tokens[..count];
    }

    private int Tokenize(ReadOnlySpan<byte> utf8, Span<int> tokens, bool addSpecial, bool parseSpecial)
    {
        fixed (byte* bytes = utf8)
        fixed (int* output = tokens)
        {
            // An empty array has no address, and llama.cpp wants one.
            byte nothing = 0;
            return Llama.llama_tokenize(
                _model.Vocabulary, bytes == null ? &nothing : bytes, utf8.Length, output, tokens.Length, addSpecial ? (byte)1 : (byte)0, parseSpecial ? (byte)1 : (byte)0);
        }
    }

    /// <summary>Text of token ids. Bytes that are no valid UTF-8 become U+FFFD.</summary>
    /// <param name="tokens">The ids.</param>
    /// <param name="renderSpecial">Writes control tokens as their names instead of nothing. Default: no.</param>
    /// <exception cref="GenerationException">An id is not in the vocabulary (<c>token_unknown</c>).</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public string Decode(ReadOnlySpan<int> tokens, bool renderSpecial = false)
    {
        using ModelLease lease = new(_model);
        foreach (int token in tokens)
        {
            ThrowIfUnknown(token);
        }

        if (_isBytePairEncoding)
        {
            return DecodePieces(tokens, renderSpecial);
        }

        byte[] utf8 = new byte[(tokens.Length * 8) + 16];
        int length = Detokenize(tokens, utf8, renderSpecial);
        if (length < 0)
        {
            utf8 = new byte[-length];
            length = Detokenize(tokens, utf8, renderSpecial);
        }

        return Encoding.UTF8.GetString(utf8, 0, length);
    }

    /// <summary>The bytes of one token, as UTF-8; a token may hold a part of a character, a control token holds none.</summary>
    /// <param name="token">The id.</param>
    /// <exception cref="GenerationException">The id is not in the vocabulary (<c>token_unknown</c>).</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public byte[] GetBytes(int token)
    {
        byte[] buffer = new byte[LongestPiece];
        return buffer[..CopyBytes(token, buffer)];
    }

    /// <summary>The name that the vocabulary has for a token, such as <c>▁the</c> or <c>&lt;s&gt;</c>.</summary>
    /// <param name="token">The id.</param>
    /// <exception cref="GenerationException">The id is not in the vocabulary (<c>token_unknown</c>).</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public string GetName(int token)
    {
        using ModelLease lease = new(_model);
        ThrowIfUnknown(token);
        return Marshal.PtrToStringUTF8((nint)Llama.llama_vocab_get_text(_model.Vocabulary, token)) ?? "";
    }

    /// <summary>Whether this token ends a generation.</summary>
    /// <param name="token">The id.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public bool IsEndOfGeneration(int token)
    {
        using ModelLease lease = new(_model);
        return IsKnown(token) && Llama.llama_vocab_is_eog(_model.Vocabulary, token) != 0;
    }

    /// <summary>Whether this token is a control token, which is not text.</summary>
    /// <param name="token">The id.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public bool IsControl(int token)
    {
        using ModelLease lease = new(_model);
        return IsKnown(token) && Llama.llama_vocab_is_control(_model.Vocabulary, token) != 0;
    }

    /// <summary>Whether an id is in the vocabulary.</summary>
    internal bool IsKnown(int token) => (uint)token < (uint)VocabularySize;

    /// <summary>Writes the bytes of a token into a buffer of at least <see cref="LongestPiece"/>; allocates nothing.</summary>
    internal int CopyBytes(int token, Span<byte> buffer)
    {
        using ModelLease lease = new(_model);
        ThrowIfUnknown(token);
        fixed (byte* output = buffer)
        {
            return Math.Max(0, Llama.llama_token_to_piece(_model.Vocabulary, token, output, buffer.Length, 0, 0));
        }
    }

    // llama_detokenize drops spaces before punctuation for some of these vocabularies, which never put them there.
    private string DecodePieces(ReadOnlySpan<int> tokens, bool renderSpecial)
    {
        var utf8 = new List<byte>(tokens.Length * 8);
        byte[] piece = new byte[LongestPiece];
        fixed (byte* output = piece)
        {
            foreach (int token in tokens)
            {
                int length = Llama.llama_token_to_piece(_model.Vocabulary, token, output, piece.Length, 0, renderSpecial ? (byte)1 : (byte)0);
                utf8.AddRange(piece.AsSpan(0, Math.Max(0, length)));
            }
        }

        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(utf8));
    }

    private int Detokenize(ReadOnlySpan<int> tokens, Span<byte> utf8, bool renderSpecial)
    {
        fixed (int* input = tokens)
        fixed (byte* output = utf8)
        {
            return Llama.llama_detokenize(_model.Vocabulary, input, tokens.Length, output, utf8.Length, 0, renderSpecial ? (byte)1 : (byte)0);
        }
    }

    private void ThrowIfUnknown(int token)
    {
        if (!IsKnown(token))
        {
            throw ExceptionFactory.TokenUnknown(token, VocabularySize);
        }
    }

    // Without room llama_token_to_piece answers with minus the room it needs.
    private int MeasureLongestPiece()
    {
        int longest = 1;
        for (int token = 0; token < VocabularySize; token++)
        {
            longest = Math.Max(longest, -Llama.llama_token_to_piece(_model.Vocabulary, token, null, 0, 0, 1));
        }

        return longest;
    }

    private static int? Special(int token) => token < 0 ? null : token;
}
