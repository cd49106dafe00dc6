namespace LocalInference.Text;

/// <summary>Lays rules out in one array.</summary>
internal static class GbnfFlattening
{
    public static GbnfRules Flatten(IReadOnlyList<GbnfElement[]?> rules, int root, GbnfClass[] classes, string[] tokenTexts)
    {
        var elements = new List<GbnfElement>(rules.Sum(r => r!.Length));
        int[] starts = new int[rules.Count];
        for (int i = 0; i < rules.Count; i++)
        {
            starts[i] = elements.Count;
            elements.AddRange(rules[i]!);
        }

        return new GbnfRules([.. elements], starts, root, classes, tokenTexts);
    }
}
