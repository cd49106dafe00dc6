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
        return CheckSearch(rules, Edges(rules, written))
            ?? CheckGrowth(rules, Edges(rules, GbnfClosure.CanBeEmpty(rules)));
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

    // For each rule, the rules it can begin with, once for each place, and whether something stands behind that place.
    private static List<(int Rule, bool Followed)>[] Edges(GbnfRules rules, bool[] empty)
    {
        var edges = new List<(int, bool)>[rules.Starts.Length];
        for (int rule = 0; rule < edges.Length; rule++)
        {
            edges[rule] = [];
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
                    edges[rule].Add((element.Value, !rules.Elements[i + 1].EndsAlternative));
                    beginning = empty[element.Value];
                }
                else
                {
                    beginning = false;
                }
            }
        }

        return edges;
    }

    private static GbnfFault? CheckSearch(GbnfRules rules, List<(int Rule, bool Followed)>[] edges)
    {
        (int[] component, List<int> order) = StronglyConnected.Find(edges.Length, r => edges[r].Count, (r, i) => edges[r][i].Rule);
        int[] depth = new int[edges.Length];
        long[] steps = new long[edges.Length];

        // Components come with those that they lead to first, so what a rule begins with is already known.
        foreach (int rule in order)
        {
            steps[rule] = 1;
            foreach ((int next, bool _) in edges[rule])
            {
                if (component[next] == component[rule])
                {
                    return new GbnfFault(rule, Recursion);
                }

                depth[rule] = Math.Max(depth[rule], depth[next] + 1);
                steps[rule] = Math.Min(GrammarLimits.LeftSearch + 1L, steps[rule] + steps[next]);
            }

            if (depth[rule] > GrammarLimits.LeftDepth)
            {
                return new GbnfFault(rule, $"More than {GrammarLimits.LeftDepth} rules begin with one another in a row. Put fewer rules between.");
            }
        }

        // Its memory spans the starts of the search, but not the search from one start.
        bool[] searched = new bool[edges.Length];
        long total = 0;
        for (int rule = 0; rule < edges.Length; rule++)
        {
            if (!searched[rule])
            {
                total += steps[rule];
                if (total > GrammarLimits.LeftSearch)
                {
                    return new GbnfFault(rule, "Rules begin with one another in too many ways. Merge alternatives that begin with the same rule.");
                }

                MarkReachable(rule, edges, searched);
            }
        }

        return null;
    }

    private static void MarkReachable(int start, List<(int Rule, bool Followed)>[] edges, bool[] searched)
    {
        var pending = new Stack<int>([start]);
        searched[start] = true;
        while (pending.TryPop(out int rule))
        {
            foreach ((int next, bool _) in edges[rule])
            {
                if (!searched[next])
                {
                    searched[next] = true;
                    pending.Push(next);
                }
            }
        }
    }

    private static GbnfFault? CheckGrowth(GbnfRules rules, List<(int Rule, bool Followed)>[] edges)
    {
        (int[] component, _) = StronglyConnected.Find(edges.Length, r => edges[r].Count, (r, i) => edges[r][i].Rule);
        for (int rule = 0; rule < edges.Length; rule++)
        {
            foreach ((int next, bool followed) in edges[rule])
            {
                if (followed && component[next] == component[rule])
                {
                    return new GbnfFault(rule, Recursion);
                }
            }
        }

        return null;
    }
}
