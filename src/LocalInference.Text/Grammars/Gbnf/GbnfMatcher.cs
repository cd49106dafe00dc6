using System.Globalization;
using System.Runtime.InteropServices;

namespace LocalInference.Text;

/// <summary>
/// Follows a text through a grammar, piece by piece, as llama.cpp's grammar sampler does: it keeps every reading that is still
/// possible as a stack of what is to come. It is the slow reference that tests compare <see cref="GbnfAutomaton"/> with, by which
/// the engine masks tokens. Not safe for concurrent use.
/// </summary>
public sealed class GbnfMatcher
{
    // Readings at once. Grammars for schemas have a handful, hostile ones double them with each character.
    private const int MaxStacks = 50_000;

    // Stacks remembered; those no longer in use are forgotten at this count.
    private const int MaxKnown = 200_000;

    private readonly GbnfRules _rules;
    private readonly Dictionary<(int Position, GbnfStack? Below), GbnfStack> _known = [];
    private readonly Stack<GbnfStack?> _pending = new();
    private readonly HashSet<GbnfStack> _seen = [];
    private List<GbnfStack> _stacks = [];
    private List<GbnfStack> _next = [];
    private char _highSurrogate;

    /// <summary>Begins at the grammar's root.</summary>
    /// <param name="grammar">The grammar.</param>
    public GbnfMatcher(GbnfGrammar grammar)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        _rules = grammar.Rules;
        Reset();
    }

    /// <summary>Whether the text so far is a whole text of the grammar.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether more text can follow, or has to.</summary>
    public bool CanContinue => _stacks.Count > 0;

    /// <summary>Whether some text was refused, after which everything is.</summary>
    public bool IsRefused => !IsComplete && !CanContinue;

    /// <summary>The elements that can come next, for tests that draw texts from a grammar.</summary>
    internal IEnumerable<int> NextElements => _stacks.Select(s => s.Position);

    /// <summary>Begins again.</summary>
    public void Reset()
    {
        _highSurrogate = '\0';
        _stacks.Clear();
        Begin();
        PushAlternatives(_rules.Root, null);
        Settle();
        Swap();
    }

    /// <summary>Follows some text, which may end inside a surrogate pair.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether the grammar allows it.</returns>
    /// <exception cref="GrammarException">The text can be read in more than 50,000 ways at once.</exception>
    public bool Accept(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (char.IsHighSurrogate(c) && _highSurrogate == '\0')
            {
                _highSurrogate = c;
                continue;
            }

            int codePoint = c;
            if (_highSurrogate != '\0')
            {
                codePoint = char.IsLowSurrogate(c) ? char.ConvertToUtf32(_highSurrogate, c) : -1;
                _highSurrogate = '\0';
            }

            if (!AcceptCodePoint(codePoint))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Follows a token: as itself where the grammar names tokens, by its text elsewhere.</summary>
    /// <param name="token">The token's id.</param>
    /// <param name="text">The token's text.</param>
    /// <returns>Whether the grammar allows it.</returns>
    /// <exception cref="GrammarException">The text can be read in more than 50,000 ways at once.</exception>
    public bool AcceptToken(int token, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<GbnfStack> before = [.. _stacks];
        Begin();
        foreach (GbnfStack stack in before)
        {
            if (_rules.Elements[stack.Position] is { IsToken: true } element && Matches(element, token, text))
            {
                Advance(stack);
            }
        }

        Settle();
        List<GbnfStack> byToken = [.. _next];
        bool completeByToken = IsComplete;
        bool byText = Accept(text);
        IsComplete = completeByToken || (byText && IsComplete);
        List<GbnfStack> all = byText ? _stacks : [];
        _stacks = [.. byToken.Union(all)];
        return IsComplete || CanContinue;
    }

    // -1: what is no character. Nothing allows it.
    private bool AcceptCodePoint(int codePoint)
    {
        Begin();
        foreach (GbnfStack stack in _stacks)
        {
            if (Matches(_rules.Elements[stack.Position], codePoint))
            {
                Advance(stack);
            }
        }

        Settle();
        Swap();
        return IsComplete || CanContinue;
    }

    private bool Matches(GbnfElement element, int codePoint) => codePoint >= 0 && element.Kind switch
    {
        GbnfElementKind.Character => element.Value == codePoint,
        GbnfElementKind.Class => _rules.Classes[element.Value].Contains(codePoint),
        GbnfElementKind.Any => true,
        _ => false,
    };

    private bool Matches(GbnfElement element, int token, string text) => element.Kind switch
    {
        GbnfElementKind.Token => element.Value == token,
        GbnfElementKind.NotToken => element.Value != token,
        GbnfElementKind.TokenText => string.Equals(_rules.TokenTexts[element.Value], text, StringComparison.Ordinal),
        _ => !string.Equals(_rules.TokenTexts[element.Value], text, StringComparison.Ordinal),
    };

    private void Begin()
    {
        if (_known.Count > MaxKnown)
        {
            Forget();
        }

        _seen.Clear();
        _next.Clear();
        IsComplete = false;
    }

    private void Swap() => (_stacks, _next) = (_next, _stacks);

    private void Advance(GbnfStack stack) => _pending.Push(After(stack.Position + 1, stack.Below));

    // What is to come from a position on: nothing of its alternative, if that ends there.
    private GbnfStack? After(int position, GbnfStack? below)
    {
        if (_rules.Elements[position].EndsAlternative)
        {
            return below;
        }

        ref GbnfStack? stack = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, (position, below), out _);
        return stack ??= new GbnfStack(position, below);
    }

    // Replaces rules by their alternatives until characters and tokens are on top.
    private void Settle()
    {
        while (_pending.TryPop(out GbnfStack? stack))
        {
            if (stack is null)
            {
                IsComplete = true;
                continue;
            }

            if (!_seen.Add(stack))
            {
                continue;
            }

            if (_seen.Count > MaxStacks)
            {
                _pending.Clear();
                throw new GrammarException(string.Create(CultureInfo.InvariantCulture, $"The text can be read in more than {MaxStacks} ways at once; the grammar is too ambiguous."), "1:1");
            }

            GbnfElement element = _rules.Elements[stack.Position];
            if (element.Kind == GbnfElementKind.Rule)
            {
                PushAlternatives(element.Value, After(stack.Position + 1, stack.Below));
            }
            else
            {
                _next.Add(stack);
            }
        }
    }

    private void PushAlternatives(int rule, GbnfStack? below)
    {
        for (int position = _rules.Starts[rule]; position >= 0; position = _rules.NextAlternative(position))
        {
            _pending.Push(After(position, below));
        }
    }

    private void Forget()
    {
        _known.Clear();
        foreach (GbnfStack stack in _stacks)
        {
            for (GbnfStack? s = stack; s is not null && _known.TryAdd((s.Position, s.Below), s); s = s.Below)
            {
            }
        }
    }
}
