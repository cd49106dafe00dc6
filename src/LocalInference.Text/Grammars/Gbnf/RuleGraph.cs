namespace LocalInference.Text;

/// <summary>Edges between rules, those of rule <c>r</c> from <c>Starts[r]</c> to before <c>Starts[r + 1]</c>.</summary>
/// <param name="Starts">Where the edges of each rule begin, and the end of the last one's.</param>
/// <param name="Edges">The edges of all rules.</param>
internal readonly record struct RuleGraph(int[] Starts, RuleEdge[] Edges)
{
    public int Count => Starts.Length - 1;

    public ReadOnlySpan<RuleEdge> Of(int rule) => Edges.AsSpan(Starts[rule]..Starts[rule + 1]);
}
