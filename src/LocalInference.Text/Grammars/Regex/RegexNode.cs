namespace LocalInference.Text;

/// <summary>A part of a regular expression.</summary>
internal sealed class RegexNode
{
    private RegexNode(RegexNodeKind kind, CodePointSet set, IReadOnlyList<RegexNode> children)
    {
        Kind = kind;
        Set = set;
        Children = children;
    }

    public RegexNodeKind Kind { get; }

    /// <summary>The characters of a <see cref="RegexNodeKind.Set"/>.</summary>
    public CodePointSet Set { get; }

    public IReadOnlyList<RegexNode> Children { get; }

    /// <summary>The least count of a <see cref="RegexNodeKind.Repetition"/>.</summary>
    public int Minimum { get; private init; }

    /// <summary>The most; <see langword="null"/>: no limit.</summary>
    public int? Maximum { get; private init; }

    public static RegexNode OfSet(CodePointSet set) => new(RegexNodeKind.Set, set, []);

    public static RegexNode Sequence(IReadOnlyList<RegexNode> parts) =>
        parts.Count == 1 ? parts[0] : new(RegexNodeKind.Sequence, CodePointSet.Empty, parts);

    public static RegexNode Alternation(IReadOnlyList<RegexNode> parts) =>
        parts.Count == 1 ? parts[0] : new(RegexNodeKind.Alternation, CodePointSet.Empty, parts);

    public static RegexNode Repeat(RegexNode part, int minimum, int? maximum) =>
        new(RegexNodeKind.Repetition, CodePointSet.Empty, [part]) { Minimum = minimum, Maximum = maximum };
}
