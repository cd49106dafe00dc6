using System.Text;
using LocalInference.Native;
using LocalInference.Text;

namespace LocalInference.Tests.Sampling.Grammars;

/// <summary>One answer drawn from a grammar token by token, with three opinions on what may come next.</summary>
internal sealed unsafe class GrammarWalk : IDisposable
{
    // Trying a token in our matcher of texts takes 10 µs, a hundred times what the others take.
    private const int TriedOneIn = 8;

    private readonly Tokenizer _tokenizer;
    private readonly GbnfGrammar _grammar;
    private readonly GrammarConstraint _constraint;
    private readonly SamplerHandle _native;
    private readonly Random _random;
    private readonly List<int> _tokens = [];
    private readonly List<byte> _bytes = [];
    private readonly float[] _logits;
    private readonly float[] _masked;
    private readonly byte[][] _own;

    public GrammarWalk(string grammar, Tokenizer tokenizer, int seed)
    {
        _tokenizer = tokenizer;
        CompiledGrammar compiled = tokenizer.Grammars.Get(grammar);
        _grammar = compiled.Grammar;
        _constraint = new GrammarConstraint(new GrammarStates(compiled));
        _native = NativeSamplerChain.CreateGrammar(grammar, tokenizer.Model)!;
        Assert.NotNull(_native);
        _random = new Random(seed);
        _own = EdgesOf(_grammar);
        _logits = new float[tokenizer.VocabularySize];
        _masked = new float[tokenizer.VocabularySize];
    }

    /// <summary>Compares what may come next, and takes one of it.</summary>
    /// <returns>False: the answer ended.</returns>
    public bool CompareAndStep()
    {
        bool any = _constraint.Mask(_logits, _masked);
        bool[] native = NativeMask();
        var both = new List<int>();
        for (int token = 0; token < _masked.Length; token++)
        {
            bool allowed = _masked[token] == 0;
            Assert.True(allowed == _constraint.Allows(token), $"mask and constraint differ in token {token} after {Describe()}");
            Check(token, allowed, native[token]);
            if (allowed && native[token])
            {
                both.Add(token);
            }
        }

        Assert.Equal(Array.Exists(_masked, l => l == 0), any);
        if (both.Count == 0)
        {
            return false;
        }

        // Bytes of their own are rare among all tokens; every third choice is one of them if it can be.
        int[] cut = [.. both.Where(t => Whole(t) != Utf8.Whole)];
        int next = cut.Length > 0 && _random.Next(3) == 0 ? cut[_random.Next(cut.Length)] : both[_random.Next(both.Count)];
        if (_tokenizer.Pieces.IsEnd(next))
        {
            return false;
        }

        _constraint.Accept(next);
        Llama.llama_sampler_accept(_native.Pointer, next);
        _tokens.Add(next);
        _bytes.AddRange(_tokenizer.Pieces.Piece(next));
        return true;
    }

    public void Dispose() => _native.Dispose();

    private void Check(int token, bool allowed, bool native)
    {
        string what = $"token {token} ({Encoding.UTF8.GetString(_tokenizer.Pieces.Piece(token))}) after {Describe()}: {allowed}";
        if (_tokenizer.Pieces.IsEnd(token))
        {
            Assert.True(NamesTokens ? allowed == native : allowed == (Ends() && IsComplete()), what);
            return;
        }

        switch (Whole(token))
        {
            case Utf8.Whole:
                Assert.True(allowed == native, what + ", which is not llama.cpp's opinion");
                Assert.True(NamesTokens || _random.Next(TriedOneIn) != 0 || allowed == MatchesToken(token), what + ", which is not the matcher's opinion");
                break;
            case Utf8.Cut when !NamesTokens && _random.Next(TriedOneIn) == 0:
                // Here llama.cpp refuses what a negated class excludes in part, and allows what becomes no character.
                Assert.True(allowed == Completions(token).Any(MatchesBeginning), what + ", but trying the characters that it can become says otherwise");
                break;
            case Utf8.Invalid when !NamesTokens:
                Assert.False(allowed, what);
                break;
        }
    }

    // With tokens by name, texts alone do not tell; llama.cpp does.
    private bool NamesTokens => _grammar.Rules.Elements.Any(e => e.IsToken);

    private string Describe() => $"[{string.Join(' ', _tokens)}] '{Encoding.UTF8.GetString([.. _bytes])}' of {_grammar.Text}";

    private bool Ends() => Judge([.. _bytes]) == Utf8.Whole;

    private Utf8 Whole(int token) => Judge([.. _bytes, .. _tokenizer.Pieces.Piece(token)]);

    private bool MatchesToken(int token)
    {
        ReadOnlySpan<byte> piece = _tokenizer.Pieces.Piece(token);
        return piece is [not 0, ..] && !piece.Contains((byte)0) && MatchesBeginning(Encoding.UTF8.GetString([.. _bytes, .. piece]));
    }

    private bool IsComplete()
    {
        var matcher = new GbnfMatcher(_grammar);
        return matcher.Accept(Encoding.UTF8.GetString([.. _bytes])) && matcher.IsComplete;
    }

    private bool MatchesBeginning(string text) => new GbnfMatcher(_grammar).Accept(text);

    // Texts that end in a character that the bytes can become.
    private IEnumerable<string> Completions(int token)
    {
        byte[] bytes = [.. _bytes, .. _tokenizer.Pieces.Piece(token)];
        int start = bytes.Length - 1;
        while ((bytes[start] & 0xC0) == 0x80)
        {
            start--;
        }

        string before = Encoding.UTF8.GetString(bytes, 0, start);
        byte[] cut = bytes[start..];
        foreach (byte[] whole in Ends(cut).Concat(_own))
        {
            if (whole.AsSpan().StartsWith(cut) && Judge(whole) == Utf8.Whole)
            {
                yield return before + Encoding.UTF8.GetString(whole);
            }
        }
    }

    // The first and the last character that begins like this. Some lead bytes have a second byte's range of their own (RFC 3629).
    private static IEnumerable<byte[]> Ends(byte[] cut)
    {
        int length = cut[0] >= 0xF0 ? 4 : cut[0] >= 0xE0 ? 3 : 2;
        foreach (byte second in new byte[] { 0x80, 0x90, 0xA0, 0x8F, 0x9F, 0xBF })
        {
            foreach (byte fill in new byte[] { 0x80, 0xBF })
            {
                byte[] whole = new byte[length];
                Array.Fill(whole, fill);
                whole[1] = second;
                cut.CopyTo(whole, 0);
                yield return whole;
            }
        }
    }

    // The grammar's own characters and their neighbours: between two places at which an element begins or ends to match, one
    // character stands for all.
    private static byte[][] EdgesOf(GbnfGrammar grammar)
    {
        IEnumerable<int> characters = grammar.Rules.Elements.Where(e => e.Kind == GbnfElementKind.Character).Select(e => e.Value);
        IEnumerable<int> ranges = grammar.Rules.Classes.SelectMany(c => c.Ranges).SelectMany(r => new[] { r.First, r.Last });
        return [.. characters.Concat(ranges).SelectMany(c => new[] { c - 1, c, c + 1 }).Distinct().Where(Rune.IsValid)
            .Select(c => Encoding.UTF8.GetBytes(char.ConvertFromUtf32(c)))];
    }

    private bool[] NativeMask()
    {
        var data = new llama_token_data[_logits.Length];
        fixed (llama_token_data* pointer = data)
        {
            for (int i = 0; i < data.Length; i++)
            {
                data[i] = new() { id = i };
            }

            var array = new llama_token_data_array { data = pointer, size = (nuint)data.Length, selected = -1 };
            Llama.llama_sampler_apply(_native.Pointer, &array);
        }

        return [.. data.Select(d => d.logit == 0)];
    }

    private static Utf8 Judge(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            System.Buffers.OperationStatus status = Rune.DecodeFromUtf8(bytes, out _, out int consumed);
            if (status != System.Buffers.OperationStatus.Done)
            {
                return status == System.Buffers.OperationStatus.NeedMoreData ? Utf8.Cut : Utf8.Invalid;
            }

            bytes = bytes[consumed..];
        }

        return Utf8.Whole;
    }

    private enum Utf8
    {
        Whole,
        Cut,
        Invalid,
    }
}
