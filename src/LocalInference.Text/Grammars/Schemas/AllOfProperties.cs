namespace LocalInference.Text;

/// <summary>
/// llama.cpp's reading of <c>allOf</c> over plain objects: the properties of each member are written, those of an
/// <c>anyOf</c> within it may be. Used where nothing says what is required, and where no property is defined twice, so that each
/// result is valid.
/// </summary>
internal static class AllOfProperties
{
    /// <summary>The properties together; <see langword="null"/>: the schema is not of that kind.</summary>
    public static (List<(string Name, SchemaNode Schema)> Properties, HashSet<string> Required)? Find(
        SchemaKeywords keywords, Func<SchemaNode, SchemaKeywords> read)
    {
        if (keywords is not { AllOf: { Count: > 1 } members, Ref: null, AnyOf: null, OneOf: null, Values: null, Nullable: false }
            || keywords.IsStructural
            || (keywords.Types ?? JsonTypes.Object) != JsonTypes.Object
            || members.Concat(members.SelectMany(m => AnyOf(m, read))).Any(m => m.Element.ValueKind != System.Text.Json.JsonValueKind.Object))
        {
            return null;
        }

        var properties = new List<(string, SchemaNode)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var required = new HashSet<string>(StringComparer.Ordinal);
        foreach (SchemaKeywords member in members.Select(read))
        {
            bool always = member.AnyOf is null;
            SchemaKeywords[] parts = always ? [member] : [.. member.AnyOf!.Select(read)];
            if ((!always && !IsOnlyAnyOf(member)) || !parts.All(IsPlain))
            {
                return null;
            }

            foreach ((string name, SchemaNode schema) in parts.SelectMany(p => p.Properties!))
            {
                if (!names.Add(name))
                {
                    return null;
                }

                properties.Add((name, schema));

                if (always)
                {
                    required.Add(name);
                }
            }
        }

        return (properties, required);
    }

    private static List<SchemaNode> AnyOf(SchemaNode node, Func<SchemaNode, SchemaKeywords> read) =>
        node.Element.ValueKind == System.Text.Json.JsonValueKind.Object ? read(node).AnyOf ?? [] : [];

    private static bool IsOnlyAnyOf(SchemaKeywords keywords) => keywords is { HasOwn: false, Ref: null, AllOf: null, OneOf: null, Nullable: false };

    private static bool IsPlain(SchemaKeywords keywords) =>
        keywords is { Properties.Count: > 0, Required.Count: 0, AdditionalProperties: null, Ref: null, AllOf: null, AnyOf: null, OneOf: null, Values: null, Nullable: false, Implied: JsonTypes.Object }
        && (keywords.Types ?? JsonTypes.Object) == JsonTypes.Object;
}
