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
        // Each rule that is found may decide those that use it.
        bool[] found = new bool[rules.Starts.Length];
        List<int>[] users = Users(rules);
        var pending = new Queue<int>(Enumerable.Range(0, found.Length));
        while (pending.TryDequeue(out int rule))
        {
            if (!found[rule] && HasAlternative(rules, rule, found, withTerminals))
            {
                found[rule] = true;
                users[rule].ForEach(pending.Enqueue);
            }
        }

        return found;
    }

    private static List<int>[] Users(GbnfRules rules)
    {
        var users = new List<int>[rules.Starts.Length];
        for (int rule = 0; rule < users.Length; rule++)
        {
            users[rule] = [];
        }

        for (int rule = 0; rule < users.Length; rule++)
        {
            for (int i = rules.Starts[rule]; rules.Elements[i].Kind != GbnfElementKind.End; i++)
            {
                if (rules.Elements[i].Kind == GbnfElementKind.Rule && (users[rules.Elements[i].Value] is not [.., var last] || last != rule))
                {
                    users[rules.Elements[i].Value].Add(rule);
                }
            }
        }

        return users;
    }
}
