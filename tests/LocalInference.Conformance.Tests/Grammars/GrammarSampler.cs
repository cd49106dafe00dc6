using System.Text;
using LocalInference.Text;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>Draws texts from a grammar: alternatives by chance, and the shortest ones once the text is long.</summary>
internal sealed class GrammarSampler
{
    private const int Endless = 1_000_000;

    // What classes are tried with: letters that JSON, numbers and names are made of, and characters of two to four bytes.
    private const string Favourites = "abcdefghijklmnopqrstuvwxyzABCDEFXYZ0123456789 _-.,:;'/+*!?()[]{}<>@#%&=~é中Ω😀";
    private static readonly Rune[] s_favourites = [.. Favourites.EnumerateRunes()];
    private readonly GbnfRules _rules;
    private readonly int[] _shortest;

    public GrammarSampler(string grammar)
    {
        _rules = GbnfGrammar.Parse(grammar).Rules;
        _shortest = Shortest();
    }

    /// <summary>Draws a text of about so many characters at most.</summary>
    public string Draw(Dice dice, int length)
    {
        var text = new StringBuilder();
        var pending = new Stack<int>();
        PushAlternative(pending, _rules.Root, dice, length);
        while (pending.TryPop(out int position))
        {
            GbnfElement element = _rules.Elements[position];
            if (element.EndsAlternative)
            {
                continue;
            }

            if (!_rules.Elements[position + 1].EndsAlternative)
            {
                pending.Push(position + 1);
            }

            switch (element.Kind)
            {
                case GbnfElementKind.Rule:
                    PushAlternative(pending, element.Value, dice, length - text.Length);
                    break;
                case GbnfElementKind.Character:
                    text.Append(new Rune(element.Value));
                    break;
                case GbnfElementKind.Class:
                    text.Append(Member(_rules.Classes[element.Value], dice));
                    break;
                default:
                    text.Append(dice.Pick(s_favourites));
                    break;
            }
        }

        return text.ToString();
    }

    private static Rune Member(GbnfClass members, Dice dice)
    {
        if (members.Negated || dice.OneIn(3))
        {
            Rune[] known = [.. s_favourites.Where(r => members.Contains(r.Value))];
            if (known.Length > 0)
            {
                return dice.Pick(known);
            }
        }

        if (members.Negated)
        {
            return new Rune(Enumerable.Range(0x100, 0x1000).First(members.Contains));
        }

        (int first, int last) = dice.Pick(members.Ranges);
        int codePoint = first + dice.Below(last - first + 1);
        return Rune.IsValid(codePoint) ? new Rune(codePoint) : new Rune(first);
    }

    private void PushAlternative(Stack<int> pending, int rule, Dice dice, int room)
    {
        List<(int Start, int Length)> all = Alternatives(rule);
        (int Start, int Length)[] fitting = [.. all.Where(a => a.Length <= room)];
        pending.Push(fitting.Length > 0 ? dice.Pick(fitting).Start : all.MinBy(a => a.Length).Start);
    }

    private List<(int Start, int Length)> Alternatives(int rule)
    {
        var alternatives = new List<(int, int)>();
        int start = _rules.Starts[rule];
        int length = 0;
        for (int i = start; ; i++)
        {
            GbnfElement element = _rules.Elements[i];
            if (!element.EndsAlternative)
            {
                length = Math.Min(Endless, length + (element.Kind == GbnfElementKind.Rule ? _shortest[element.Value] : 1));
                continue;
            }

            alternatives.Add((start, length));
            if (element.Kind == GbnfElementKind.End)
            {
                return alternatives;
            }

            start = i + 1;
            length = 0;
        }
    }

    private int[] Shortest()
    {
        int[] shortest = new int[_rules.Starts.Length];
        Array.Fill(shortest, Endless);
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int rule = shortest.Length - 1; rule >= 0; rule--)
            {
                int length = ShortestOf(rule, shortest);
                if (length < shortest[rule])
                {
                    shortest[rule] = length;
                    changed = true;
                }
            }
        }

        return shortest;
    }

    private int ShortestOf(int rule, int[] shortest)
    {
        int best = Endless;
        int length = 0;
        for (int i = _rules.Starts[rule]; ; i++)
        {
            GbnfElement element = _rules.Elements[i];
            if (element.EndsAlternative)
            {
                best = Math.Min(best, length);
                length = 0;
                if (element.Kind == GbnfElementKind.End)
                {
                    return best;
                }
            }
            else
            {
                length = Math.Min(Endless, length + (element.Kind == GbnfElementKind.Rule ? shortest[element.Value] : 1));
            }
        }
    }
}
