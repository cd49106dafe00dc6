using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference;

/// <summary>Follows one request's answer through its grammar. Owned by the engine thread.</summary>
internal sealed class GrammarConstraint
{
    private GrammarStates _states;
    private GbnfCursor _cursor;

    /// <param name="states">The grammar, at its start.</param>
    public GrammarConstraint(GrammarStates states)
    {
        _states = states;
        _cursor = states.Automaton.Start;
    }

    private TokenTrie Pieces => _states.Compiled.Pieces;

    /// <summary>Whether a token can follow.</summary>
    /// <exception cref="GenerationException">The text can be read in too many ways at once.</exception>
    public bool Allows(int token) => Pieces.IsEnd(token)
        ? _states.Automaton.IsComplete(_cursor)
        : Pieces.Piece(token) is [not 0, ..] && !Follow(token).IsRefused;

    /// <summary>Takes a token that can follow. One that ends the text changes nothing.</summary>
    public void Accept(int token)
    {
        if (!Pieces.IsEnd(token))
        {
            _cursor = Follow(token);
            if (_states.Automaton.IsFull)
            {
                _states = _states.Continue(_cursor, out _cursor);
            }
        }
    }

    /// <summary>Copies a row of logits, with negative infinity for the tokens that cannot follow.</summary>
    /// <returns>Whether any token can.</returns>
    /// <exception cref="GenerationException">The text can be read in too many ways at once.</exception>
    public bool Mask(ReadOnlySpan<float> logits, Span<float> masked)
    {
        ReadOnlySpan<ulong> mask;
        try
        {
            mask = _states.MaskOf(_cursor);
        }
        catch (GrammarException e)
        {
            throw TooAmbiguous(e);
        }

        bool any = false;
        for (int word = 0; word < mask.Length; word++)
        {
            int start = word * 64;
            int length = Math.Min(64, logits.Length - start);
            Span<float> target = masked.Slice(start, length);
            ulong bits = mask[word];
            any |= bits != 0;
            if (bits == 0)
            {
                target.Fill(float.NegativeInfinity);
                continue;
            }

            logits.Slice(start, length).CopyTo(target);
            for (int i = 0; i < length && bits != ulong.MaxValue; i++)
            {
                target[i] = (bits >> i & 1) != 0 ? target[i] : float.NegativeInfinity;
            }
        }

        return any;
    }

    private GbnfCursor Follow(int token)
    {
        try
        {
            return _states.Automaton.FollowToken(_cursor, token, Pieces.Piece(token));
        }
        catch (GrammarException e)
        {
            throw TooAmbiguous(e);
        }
    }

    private static GenerationException TooAmbiguous(GrammarException e) =>
        ExceptionFactory.Generation("grammar_ambiguous", e.Message, "Write the grammar so that a text can be read in one way, or few.");
}
