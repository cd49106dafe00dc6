namespace LocalInference.Text;

/// <summary>What rules can match, as far as that follows from the rules in one of their alternatives.</summary>
internal static class GbnfClosure
{
    /// <summary>Which rules can match nothing.</summary>
    public static bool[] CanBeEmpty(GbnfRules rules) => Find(rules, withTerminals: false);

    /// <summary>Which rules match a text that ends: the others lead back to themselves in each of their alternatives.</summary>
    public static bool[] CanEnd(GbnfRules rules) => Find(rules, withTerminals: true);

    /// <summary>Whether a rule has an alternative that is made of some rules only.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="among">Those rules.</param>
    /// <param name="withTerminals">Whether characters and tokens may stand in it too.</param>
    public static bool HasAlternative(GbnfRules rules, int rule, bool[] among, bool withTerminals)
    {
        bool holds = true;
        for (int i = rules.Starts[rule]; ; i++)
        {
            GbnfElement element = rules.Elements[i];
            if (element.EndsAlternative)
            {
                if (holds)
                {
                    return true;
                }

                if (element.Kind == GbnfElementKind.End)
                {
                    return false;
                }

                holds = true;
            }
            else
            {
                holds = holds && (element.Kind == GbnfElementKind.Rule ? among[element.Value] : withTerminals);
            }
        }
    }

    private static bool[] Find(GbnfRules rules, bool withTerminals)
    {
        // Each rule that is found may decide those that use it; one that waits to be looked at sees all of them.
        bool[] found = new bool[rules.Starts.Length];
        bool[] isWaiting = new bool[found.Length];
        (int[] starts, int[] users) = Users(rules);
        var waiting = new Queue<int>(Enumerable.Range(0, found.Length));
        Array.Fill(isWaiting, true);
        while (waiting.TryDequeue(out int rule))
        {
            isWaiting[rule] = false;
            if (!HasAlternative(rules, rule, found, withTerminals))
            {
                continue;
            }

            found[rule] = true;
            foreach (int user in users.AsSpan(starts[rule]..starts[rule + 1]))
            {
                if (!found[user] && !isWaiting[user])
                {
                    isWaiting[user] = true;
                    waiting.Enqueue(user);
                }
            }
        }

        return found;
    }

    // The rules that use each rule, those of rule r from Starts[r] to before Starts[r + 1].
    private static (int[] Starts, int[] Users) Users(GbnfRules rules)
    {
        int[] starts = new int[rules.Starts.Length + 1];
        foreach (GbnfElement element in rules.Elements)
        {
            if (element.Kind == GbnfElementKind.Rule)
            {
                starts[element.Value + 1]++;
            }
        }

        for (int rule = 1; rule < starts.Length; rule++)
        {
            starts[rule] += starts[rule - 1];
        }

        int[] users = new int[starts[^1]];
        int[] next = [.. starts];
        for (int rule = 0; rule < rules.Starts.Length; rule++)
        {
            for (int i = rules.Starts[rule]; rules.Elements[i].Kind != GbnfElementKind.End; i++)
            {
                if (rules.Elements[i].Kind == GbnfElementKind.Rule)
                {
                    users[next[rules.Elements[i].Value]++] = rule;
                }
            }
        }

        return (starts, users);
    }
}
