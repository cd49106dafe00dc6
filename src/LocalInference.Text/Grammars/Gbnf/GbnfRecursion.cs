namespace LocalInference.Text;

/// <summary>
/// Finds rules that begin with themselves. Two searches, over "rule begins with rule":
/// <list type="bullet">
/// <item>llama.cpp's own (llama_grammar_detect_left_recursion), which looks past a rule only if one of its alternatives is
/// written empty. What it finds it refuses. Its depth and its steps are counted too: it is recursive and remembers nothing.</item>
/// <item>one that looks past every rule that can match nothing. llama.cpp does not see these loops and then never ends, if
/// something stands behind the rule that begins itself: <c>a ::= b a "x"</c>, <c>b ::= c</c>, <c>c ::= "y"?</c> stacks up
/// "x" without end. With nothing behind it, as in <c>([x]*)*</c>, its stacks repeat and it ends.</item>
/// </list>
/// </summary>
internal static class GbnfRecursion
{
    private const string Recursion = "A rule begins with itself here (left recursion). Put something in front of it, or repeat with * instead.";

    public static GbnfFault? Check(GbnfRules rules)
    {
        bool[] written = WrittenEmpty(rules);
        return CheckSearch(Beginnings(rules, written))
            ?? CheckGrowth(Beginnings(rules, GbnfClosure.CanBeEmpty(rules)));
    }

    // Looking no further than the rule itself.
    private static bool[] WrittenEmpty(GbnfRules rules)
    {
        bool[] nothing = new bool[rules.Starts.Length];
        bool[] written = new bool[rules.Starts.Length];
        for (int rule = 0; rule < written.Length; rule++)
        {
            written[rule] = GbnfClosure.HasAlternative(rules, rule, nothing, withTerminals: false);
        }

        return written;
    }

    // The rules that each rule can begin with, once for each place.
    private static RuleGraph Beginnings(GbnfRules rules, bool[] empty)
    {
        var edges = new List<RuleEdge>(rules.Starts.Length);
        int[] starts = new int[rules.Starts.Length + 1];
        for (int rule = 0; rule < rules.Starts.Length; rule++)
        {
            bool beginning = true;
            for (int i = rules.Starts[rule]; rules.Elements[i].Kind != GbnfElementKind.End; i++)
            {
                GbnfElement element = rules.Elements[i];
                if (element.Kind == GbnfElementKind.Alternative)
                {
                    beginning = true;
                }
                else if (beginning && element.Kind == GbnfElementKind.Rule)
                {
                    edges.Add(new RuleEdge(element.Value, !rules.Elements[i + 1].EndsAlternative));
                    beginning = empty[element.Value];
                }
                else
                {
                    beginning = false;
                }
            }

            starts[rule + 1] = edges.Count;
        }

        return new RuleGraph(starts, [.. edges]);
    }

    private static GbnfFault? CheckSearch(RuleGraph graph)
    {
        (int[] component, List<int> order) = StronglyConnected.Find(graph);
        int[] depth = new int[graph.Count];
        long[] steps = new long[graph.Count];

        // Components come with those that they lead to first, so what a rule begins with is already known.
        foreach (int rule in order)
        {
            steps[rule] = 1;
            foreach (RuleEdge edge in graph.Of(rule))
            {
                if (component[edge.Rule] == component[rule])
                {
                    return new GbnfFault(rule, Recursion);
                }

                depth[rule] = Math.Max(depth[rule], depth[edge.Rule] + 1);
                steps[rule] = Math.Min(GrammarLimits.LeftSearch + 1L, steps[rule] + steps[edge.Rule]);
            }

            if (depth[rule] > GrammarLimits.LeftDepth)
            {
                return new GbnfFault(rule, $"More than {GrammarLimits.LeftDepth} rules begin with one another in a row. Put fewer rules between.");
            }
        }

        // Its memory spans the starts of the search, but not the search from one start.
        bool[] searched = new bool[graph.Count];
        var pending = new Stack<int>();
        long total = 0;
        for (int rule = 0; rule < graph.Count; rule++)
        {
            if (!searched[rule])
            {
                total += steps[rule];
                if (total > GrammarLimits.LeftSearch)
                {
                    return new GbnfFault(rule, "Rules begin with one another in too many ways. Merge alternatives that begin with the same rule.");
                }

                MarkReachable(rule, graph, searched, pending);
            }
        }

        return null;
    }

    private static void MarkReachable(int start, RuleGraph graph, bool[] searched, Stack<int> pending)
    {
        searched[start] = true;
        pending.Push(start);
        while (pending.TryPop(out int rule))
        {
            foreach (RuleEdge edge in graph.Of(rule))
            {
                if (!searched[edge.Rule])
                {
                    searched[edge.Rule] = true;
                    pending.Push(edge.Rule);
                }
            }
        }
    }

    private static GbnfFault? CheckGrowth(RuleGraph graph)
    {
        (int[] component, _) = StronglyConnected.Find(graph);
        for (int rule = 0; rule < graph.Count; rule++)
        {
            foreach (RuleEdge edge in graph.Of(rule))
            {
                if (edge.Followed && component[edge.Rule] == component[rule])
                {
                    return new GbnfFault(rule, Recursion);
                }
            }
        }

        return null;
    }
}
