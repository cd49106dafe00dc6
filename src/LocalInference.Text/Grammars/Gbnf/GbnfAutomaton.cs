namespace LocalInference.Text;

/// <summary>
/// A grammar as a deterministic automaton that is made while it is used. A state is the set of stacks that
/// <see cref="GbnfMatcher"/> would have, and each of its transitions is worked out once: what follows a text many times, as the
/// tokens of a vocabulary are tried, or the requests of an agent with the same schema, mostly looks transitions up.
/// Characters that no element of the grammar tells apart share their transitions. Not safe for concurrent use.
/// </summary>
internal sealed class GbnfAutomaton
{
    /// <summary>The state of texts that the grammar does not allow.</summary>
    public const int Refused = 0;

    // 16 MiB of transitions; then whoever uses it goes on with a new one (see Continue).
    private const int MaxTransitions = 4 << 20;
    private const int Unknown = -1;

    private readonly GbnfRules _rules;
    private readonly int[] _tokenIds;
    private readonly GbnfAlphabet _alphabet;
    private readonly GbnfStackSets _sets;
    private int[] _transitions;

    /// <param name="grammar">The grammar.</param>
    /// <param name="tokenIds">The ids of its <see cref="GbnfGrammar.TokenTexts"/>.</param>
    /// <exception cref="GrammarException">A text can be read in too many ways at once.</exception>
    public GbnfAutomaton(GbnfGrammar grammar, int[] tokenIds)
        : this(grammar.Rules, tokenIds, GbnfAlphabet.Of(grammar.Rules))
    {
        _sets.PushAlternatives(_rules.Root, GbnfStackSets.Bottom);
        Start = new GbnfCursor(Finish(), 0, 0);
    }

    private GbnfAutomaton(GbnfRules rules, int[] tokenIds, GbnfAlphabet alphabet)
    {
        _rules = rules;
        _tokenIds = tokenIds;
        _alphabet = alphabet;
        _sets = new GbnfStackSets(rules);

        // The first row, of zeros, is that of texts that are refused.
        _transitions = new int[64 * alphabet.Count];
    }

    /// <summary>Before the first character.</summary>
    public GbnfCursor Start { get; }

    /// <summary>It has become large, and should be left at the next opportunity.</summary>
    public bool IsFull => _sets.Count * (long)_alphabet.Count > MaxTransitions || _sets.IsFull;

    /// <summary>A new automaton in which the same place is reached already.</summary>
    public GbnfAutomaton Continue(GbnfCursor place, out GbnfCursor cursor)
    {
        var fresh = new GbnfAutomaton(_rules, _tokenIds, _alphabet);
        fresh._sets.PushCopies(_sets, place.State);
        cursor = place with { State = fresh.Finish() };
        return fresh;
    }

    /// <summary>Whether the text so far is a whole text of the grammar.</summary>
    public bool IsComplete(GbnfCursor cursor) => cursor.Missing == 0 && _sets.HasBottom(cursor.State);

    /// <summary>Follows one byte of UTF-8. What cannot become a character that the grammar allows here is refused at once.</summary>
    /// <exception cref="GrammarException">The text can be read in too many ways at once.</exception>
    public GbnfCursor Follow(GbnfCursor cursor, byte value)
    {
        if (cursor.Missing > 0)
        {
            return Continue(cursor, value);
        }

        // A NUL ends the pieces of llama.cpp, and no lead byte outside of C2 to F4 begins a character (RFC 3629).
        return value switch
        {
            > 0 and < 0x80 => new GbnfCursor(Next(cursor.State, value), 0, 0),
            >= 0xC2 and < 0xE0 => Begin(cursor.State, value & 0x1F, 1),
            >= 0xE0 and < 0xF0 => Begin(cursor.State, value & 0x0F, 2),
            >= 0xF0 and <= 0xF4 => Begin(cursor.State, value & 0x07, 3),
            _ => default,
        };
    }

    /// <summary>Follows a token: as itself where the grammar names tokens, by its bytes elsewhere.</summary>
    /// <exception cref="GrammarException">The text can be read in too many ways at once.</exception>
    public GbnfCursor FollowToken(GbnfCursor cursor, int token, ReadOnlySpan<byte> bytes)
    {
        int byToken = NextToken(cursor, token);
        foreach (byte value in bytes)
        {
            cursor = Follow(cursor, value);
        }

        // Where both go on, the token is both, unless it ends inside a character: that reading is given up.
        return byToken == Refused ? cursor : new GbnfCursor(cursor is { IsRefused: false, Missing: 0 } ? Union(byToken, cursor.State) : byToken, 0, 0);
    }

    /// <summary>Whether any token can follow here as itself, whatever its bytes are.</summary>
    public bool NamesTokens(GbnfCursor cursor)
    {
        foreach (int stack in _sets.Members(cursor.State))
        {
            if (stack != GbnfStackSets.Bottom && _rules.Elements[_sets.Position(stack)].IsToken)
            {
                return cursor.Missing == 0;
            }
        }

        return false;
    }

    /// <summary>Whether a token can follow here as itself.</summary>
    public bool NamesToken(GbnfCursor cursor, int token)
    {
        foreach (int stack in _sets.Members(cursor.State))
        {
            if (stack != GbnfStackSets.Bottom && Matches(_rules.Elements[_sets.Position(stack)], token))
            {
                return cursor.Missing == 0;
            }
        }

        return false;
    }

    private int NextToken(GbnfCursor cursor, int token)
    {
        if (!NamesToken(cursor, token))
        {
            return Refused;
        }

        _sets.Begin();
        foreach (int stack in _sets.Members(cursor.State))
        {
            if (stack != GbnfStackSets.Bottom && Matches(_rules.Elements[_sets.Position(stack)], token))
            {
                _sets.PushAfter(stack);
            }
        }

        return Finish();
    }

    private int Union(int left, int right)
    {
        _sets.Begin();
        _sets.PushMembers(left);
        _sets.PushMembers(right);
        return Finish();
    }

    private GbnfCursor Begin(int state, int bits, int missing) => Checked(new GbnfCursor(state, bits, missing));

    private GbnfCursor Continue(GbnfCursor cursor, byte value)
    {
        int missing = cursor.Missing - 1;
        int bits = (cursor.Partial << 6) | (value & 0x3F);
        (int low, int high) = Range(cursor);
        int lowest = bits << (6 * missing);
        if ((value & 0xC0) != 0x80 || lowest < low || lowest > high)
        {
            return default;
        }

        return missing == 0 ? new GbnfCursor(Next(cursor.State, bits), 0, 0) : Checked(cursor with { Partial = bits, Missing = missing });
    }

    private GbnfCursor Checked(GbnfCursor cursor)
    {
        (int low, int high) = Range(cursor);
        foreach (int stack in _sets.Members(cursor.State))
        {
            if (stack != GbnfStackSets.Bottom && Meets(_rules.Elements[_sets.Position(stack)], low, high))
            {
                return cursor;
            }
        }

        return default;
    }

    // The characters that what has begun can become: no longer form than necessary, no surrogates, none beyond U+10FFFF.
    private static (int Low, int High) Range(GbnfCursor cursor)
    {
        int low = cursor.Partial << (6 * cursor.Missing);
        int high = low | ((1 << (6 * cursor.Missing)) - 1);
        return (cursor.Missing, cursor.Partial) switch
        {
            (2, 0x0) => (0x800, high),
            (2, 0xD) => (low, 0xD7FF),
            (3, 0x0) => (0x10000, high),
            (3, 0x4) => (low, 0x10FFFF),
            _ => (low, high),
        };
    }

    private int Next(int state, int codePoint)
    {
        int symbol = _alphabet.SymbolOf(codePoint);
        int place = (state * _alphabet.Count) + symbol;
        int next = _transitions[place];
        if (next == Unknown)
        {
            _sets.Begin();
            foreach (int stack in _sets.Members(state))
            {
                if (stack != GbnfStackSets.Bottom && Meets(_rules.Elements[_sets.Position(stack)], codePoint, codePoint))
                {
                    _sets.PushAfter(stack);
                }
            }

            next = Finish();
            _transitions[place] = next;
        }

        return next;
    }

    // The state of what was pushed.
    private int Finish()
    {
        int known = _sets.Count;
        int state = _sets.Settle();
        if (_sets.Count > known)
        {
            int end = _sets.Count * _alphabet.Count;
            if (end > _transitions.Length)
            {
                Array.Resize(ref _transitions, 2 * end);
            }

            _transitions.AsSpan(end - _alphabet.Count, _alphabet.Count).Fill(Unknown);
        }

        return state;
    }

    private bool Meets(GbnfElement element, int low, int high) => element.Kind switch
    {
        GbnfElementKind.Character => element.Value >= low && element.Value <= high,
        GbnfElementKind.Class => _rules.Classes[element.Value].Meets(low, high),
        GbnfElementKind.Any => true,
        _ => false,
    };

    private bool Matches(GbnfElement element, int token) => element.Kind switch
    {
        GbnfElementKind.Token => element.Value == token,
        GbnfElementKind.NotToken => element.Value != token,
        GbnfElementKind.TokenText => _tokenIds[element.Value] == token,
        GbnfElementKind.NotTokenText => _tokenIds[element.Value] != token,
        _ => false,
    };
}
