using System.Globalization;

namespace LocalInference.Text;

/// <summary>
/// Reads GBNF as llama.cpp v0.5.0 does, and makes the rules that it makes: a group becomes a rule of its own, <c>x{2,4}</c>
/// becomes <c>x x</c> and a rule for each of the two optional ones, <c>x*</c> a rule that ends with itself.
/// </summary>
internal sealed partial class GbnfParser(string text)
{
    private readonly GbnfSource _source = new(text);
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly List<int> _firstUse = [];
    private readonly List<GbnfElement[]?> _rules = [];
    private readonly List<GbnfClass> _classes = [];
    private readonly List<string> _tokenTexts = [];
    private int _depth;
    private int _elements;

    /// <summary>The rules' numbers by their names.</summary>
    public IReadOnlyDictionary<string, int> Names => _names;

    /// <exception cref="GrammarException">The grammar is not one, or exceeds a limit.</exception>
    public GbnfRules Parse()
    {
        Check();
        _source.SkipSpace(acrossLines: true);
        while (_source.Current != '\0')
        {
            ParseRule();
        }

        if (!_names.TryGetValue("root", out int root) || _rules[root] is null)
        {
            throw _source.Error("There is no rule named root, with which a grammar starts.", 0);
        }

        int missing = _rules.IndexOf(null);
        if (missing >= 0)
        {
            throw _source.Error($"There is no rule named {_names.First(n => n.Value == missing).Key}.", _firstUse[missing]);
        }

        var rules = GbnfFlattening.Flatten(_rules, root, [.. _classes], [.. _tokenTexts]);
        if (GbnfRecursion.Check(rules) is { } fault)
        {
            throw _source.Error(fault.What, _firstUse[fault.Rule]);
        }

        return rules;
    }

    private void Check()
    {
        if (text.Length > GrammarLimits.Length)
        {
            throw _source.Error($"A grammar can have {GrammarLimits.Length} characters, not {text.Length}.", 0);
        }

        int nul = text.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0)
        {
            throw _source.Error("A grammar cannot hold a NUL character.", nul);
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    throw _source.Error("Half of a surrogate pair is no character.", i);
                }

                i++;
            }
        }
    }

    private void ParseRule()
    {
        int start = _source.Position;
        string name = _source.ReadName();
        _source.SkipSpace(acrossLines: false);
        int rule = RuleOf(name, start);
        if (_source is not { Current: ':' } || _source.At(1) != ':' || _source.At(2) != '=')
        {
            throw _source.Error("::= is expected behind a rule's name.");
        }

        _source.Position += 3;
        _source.SkipSpace(acrossLines: true);
        ParseAlternatives(rule, nested: false);
        if (_source.Current is not ('\r' or '\n' or '\0'))
        {
            throw _source.Error("This is no part of a rule; the end of the line is expected.");
        }

        _source.SkipSpace(acrossLines: true);
    }

    private void ParseAlternatives(int rule, bool nested)
    {
        var elements = new List<GbnfElement>();
        ParseSequence(elements, nested);
        while (_source.Current == '|')
        {
            Add(elements, new(GbnfElementKind.Alternative));
            _source.Position++;
            _source.SkipSpace(acrossLines: true);
            ParseSequence(elements, nested);
        }

        Add(elements, new(GbnfElementKind.End));
        _rules[rule] = [.. elements];
    }

    private void ParseSequence(List<GbnfElement> rule, bool nested)
    {
        int lastItem = rule.Count;
        int rulesOfItem = 1;
        while (true)
        {
            int start = _source.Position;
            switch (_source.Current)
            {
                case '"':
                    lastItem = rule.Count;
                    rulesOfItem = 1;
                    ParseLiteral(rule);
                    break;
                case '[':
                    lastItem = rule.Count;
                    rulesOfItem = 1;
                    Add(rule, new(GbnfElementKind.Class, ParseClass()));
                    break;
                case '.':
                    lastItem = rule.Count;
                    rulesOfItem = 1;
                    _source.Position++;
                    Add(rule, new(GbnfElementKind.Any));
                    break;
                case '<' or '!':
                    lastItem = rule.Count;
                    rulesOfItem = 1;
                    Add(rule, ParseToken());
                    break;
                case '(':
                    lastItem = rule.Count;
                    rulesOfItem = ParseGroup(rule);
                    break;
                case '*' or '+' or '?' or '{':
                    (int minimum, int? maximum) = ParseCount(nested);
                    Repeat(rule, lastItem, ref rulesOfItem, minimum, maximum, start);
                    break;
                case char c when GbnfText.IsWordCharacter(c):
                    lastItem = rule.Count;
                    rulesOfItem = 1;
                    Add(rule, new(GbnfElementKind.Rule, RuleOf(_source.ReadName(), start)));
                    break;
                default:
                    return;
            }

            _source.SkipSpace(nested);
        }
    }

    private int RuleOf(string name, int position)
    {
        if (!_names.TryGetValue(name, out int rule))
        {
            rule = NewRule(position);
            _names.Add(name, rule);
        }

        return rule;
    }

    private int NewRule(int position)
    {
        _rules.Add(null);
        _firstUse.Add(position);
        return _rules.Count - 1;
    }

    private void AddRange(List<GbnfElement> rule, GbnfElement[] elements)
    {
        Count(elements.Length);
        rule.AddRange(elements);
    }

    private void Add(List<GbnfElement> rule, GbnfElement element)
    {
        Count(1);
        rule.Add(element);
    }

    private void Count(int elements)
    {
        _elements += elements;
        if (_elements > GrammarLimits.Elements)
        {
            throw _source.Error(string.Create(CultureInfo.InvariantCulture, $"The grammar's repetitions, written out, make more than {GrammarLimits.Elements} elements. Repeat less."));
        }
    }
}
