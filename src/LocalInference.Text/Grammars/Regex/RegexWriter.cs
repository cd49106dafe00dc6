using System.Text;

namespace LocalInference.Text;

/// <summary>Writes a parsed regular expression as the body of a GBNF rule.</summary>
internal sealed class RegexWriter(GrammarBuilder builder, IRegexAlphabet alphabet, string name)
{
    /// <summary>The alternatives, as texts of their own: anchors say nothing.</summary>
    public string Write(IReadOnlyList<RegexAlternative> alternatives) =>
        string.Join(" | ", alternatives.Select(a => WriteSequence(a.Node)));

    /// <summary>The alternatives, found anywhere in a text of other characters unless they are anchored.</summary>
    /// <param name="alternatives">The alternatives.</param>
    /// <param name="other">The rule of any character.</param>
    public string WriteSearch(IReadOnlyList<RegexAlternative> alternatives, string other) =>
        string.Join(" | ", alternatives.Select(a => $"{(a.AnchoredAtStart ? "" : $"{other}* ")}{WriteSequence(a.Node)}{(a.AnchoredAtEnd ? "" : $" {other}*")}"));

    private string WriteSequence(RegexNode node)
    {
        if (node.Kind != RegexNodeKind.Sequence)
        {
            return WriteItem(node);
        }

        var text = new StringBuilder();
        var literal = new StringBuilder();
        foreach (RegexNode part in node.Children)
        {
            if (part.Kind == RegexNodeKind.Set && part.Set.Single is { } codePoint)
            {
                literal.Append(alphabet.Spell(codePoint));
                continue;
            }

            Flush(text, literal);
            Append(text, WriteItem(part));
        }

        Flush(text, literal);
        return text.Length == 0 ? "\"\"" : text.ToString();
    }

    private static void Flush(StringBuilder text, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            Append(text, GbnfText.Literal(literal.ToString()));
            literal.Clear();
        }
    }

    private static void Append(StringBuilder text, string item)
    {
        if (text.Length > 0)
        {
            text.Append(' ');
        }

        text.Append(item);
    }

    private string WriteItem(RegexNode node) => node.Kind switch
    {
        RegexNodeKind.Set => WriteSet(node.Set),
        RegexNodeKind.Repetition => WriteRepetition(node),
        RegexNodeKind.Alternation => $"({string.Join(" | ", node.Children.Select(WriteSequence))})",
        _ => node.Children.Count == 0 ? "\"\"" : $"({WriteSequence(node)})",
    };

    private string WriteSet(CodePointSet set)
    {
        if (set.IsEmpty)
        {
            throw new RegexSyntaxException("a class without a character matches nothing", 0, unsupported: false);
        }

        return set.Single is { } codePoint ? GbnfText.Literal(alphabet.Spell(codePoint)) : alphabet.Write(builder, set);
    }

    private string WriteRepetition(RegexNode node)
    {
        RegexNode part = node.Children[0];
        if (node.Maximum == 0 || IsEmpty(part))
        {
            return "\"\"";
        }

        string item = WriteItem(part);

        // A group behind a count is written out by llama.cpp with all the rules in it; a rule's name is one element.
        bool simple = part.Kind == RegexNodeKind.Set || (node.Maximum ?? node.Minimum) <= 1;
        if (part.Kind == RegexNodeKind.Repetition || !simple)
        {
            item = builder.AddRule($"{name}-part", item);
        }

        return builder.Repeat(item, node.Minimum, node.Maximum);
    }

    private static bool IsEmpty(RegexNode node) => node.Kind switch
    {
        RegexNodeKind.Set => false,
        RegexNodeKind.Repetition => node.Maximum == 0 || IsEmpty(node.Children[0]),
        RegexNodeKind.Alternation => node.Children.All(IsEmpty),
        _ => node.Children.All(IsEmpty),
    };
}
