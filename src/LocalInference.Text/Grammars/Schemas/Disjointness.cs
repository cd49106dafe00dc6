namespace LocalInference.Text;

/// <summary>
/// Whether the members of a <c>oneOf</c> exclude each other, as far as that shows: by their types, by the values they list, or by
/// a property that both require and whose listed values differ.
/// </summary>
internal sealed class Disjointness(SchemaExpansion expansion)
{
    private const int MaxMembers = 100;

    /// <summary>The first two members that may allow the same value; <see langword="null"/>: there are none.</summary>
    public (int One, int Other)? FindOverlap(List<SchemaNode> members)
    {
        if (members.Count > MaxMembers)
        {
            return (0, 1);
        }

        List<ValueConstraint>[] constraints = [.. members.Select(Constraints)];
        for (int one = 0; one < members.Count; one++)
        {
            for (int other = one + 1; other < members.Count; other++)
            {
                if (constraints[one].Exists(a => constraints[other].Exists(b => !Excludes(a, b))))
                {
                    return (one, other);
                }
            }
        }

        return null;
    }

    private bool Excludes(ValueConstraint one, ValueConstraint other) =>
        (one.IsDisjointFrom(other) && other.IsDisjointFrom(one)) || DifferByProperty(one, other);

    private bool DifferByProperty(ValueConstraint one, ValueConstraint other)
    {
        if (one.Emitted != JsonTypes.Object || other.Emitted != JsonTypes.Object)
        {
            return false;
        }

        Dictionary<string, List<SchemaNode>> mine = RequiredProperties(one);
        return RequiredProperties(other).Any(theirs =>
            mine.TryGetValue(theirs.Key, out List<SchemaNode>? schemas)
            && Listed(schemas) is { } values
            && Listed(theirs.Value) is { } others
            && !JsonValues.Overlap(values, others));
    }

    private List<System.Text.Json.JsonElement>? Listed(List<SchemaNode> schemas) =>
        expansion.Expand(schemas) is [var parts] ? new ValueConstraint(parts).Values : null;

    private static Dictionary<string, List<SchemaNode>> RequiredProperties(ValueConstraint constraint)
    {
        HashSet<string> required = [.. constraint.Parts.SelectMany(p => p.Required)];
        return constraint.Parts
            .SelectMany(p => p.Properties ?? [])
            .Where(p => required.Contains(p.Name))
            .GroupBy(p => p.Name, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(p => p.Schema).ToList(), StringComparer.Ordinal);
    }

    private List<ValueConstraint> Constraints(SchemaNode member) => [.. expansion.Expand([member]).Select(parts => new ValueConstraint(parts))];
}
