using System.Text.Json;

namespace LocalInference.Text;

/// <summary>What some schemas together say of the properties of one object.</summary>
internal sealed class ObjectShape
{
    // A property takes more characters of the grammar than that.
    private const int MaxProperties = GrammarLimits.Length / 20;
    private readonly List<(string Name, List<SchemaNode> Schemas)> _properties = [];

    /// <exception cref="GrammarException">There are more properties than a grammar can have.</exception>
    public ObjectShape(IReadOnlyList<SchemaKeywords> parts)
    {
        Required = [.. parts.SelectMany(p => p.Required)];
        foreach (string name in parts.SelectMany(p => p.Properties ?? []).Select(p => p.Name).Concat(parts.SelectMany(p => p.Required)).Distinct(StringComparer.Ordinal))
        {
            _properties.Add((name, []));
        }

        if (_properties.Count > MaxProperties)
        {
            throw new GrammarException($"An object can have {MaxProperties} properties; the grammar would be too long.", parts[0].Node.Pointer);
        }

        foreach (SchemaKeywords part in parts)
        {
            Add(part);
        }

        Additional = AdditionalOf(parts);
    }

    /// <summary>The properties that are named, each with what its value must meet.</summary>
    public IReadOnlyList<(string Name, List<SchemaNode> Schemas)> Properties => _properties;

    /// <summary>The properties that it has to have.</summary>
    public HashSet<string> Required { get; }

    /// <summary>Properties that no value fits: they stay away.</summary>
    public HashSet<string> Forbidden { get; } = new(StringComparer.Ordinal);

    /// <summary>What additional properties have to be; <see langword="null"/>: there are none.</summary>
    public List<SchemaNode>? Additional { get; }

    private void Add(SchemaKeywords part)
    {
        Dictionary<string, SchemaNode> own = (part.Properties ?? []).ToDictionary(p => p.Name, p => p.Schema, StringComparer.Ordinal);
        foreach ((string name, List<SchemaNode> schemas) in _properties)
        {
            if (!own.TryGetValue(name, out SchemaNode schema))
            {
                if (part.AdditionalProperties is not { } additional)
                {
                    continue;
                }

                schema = additional;
            }

            schemas.Add(schema);
            if (schema.Element.ValueKind == JsonValueKind.False)
            {
                Forbidden.Add(name);
            }
        }
    }

    private static List<SchemaNode>? AdditionalOf(IReadOnlyList<SchemaKeywords> parts)
    {
        List<SchemaNode> said = [.. parts.Where(p => p.AdditionalProperties is not null).Select(p => p.AdditionalProperties!.Value)];
        return said.Exists(s => s.Element.ValueKind == JsonValueKind.False) || (said.Count == 0 && parts.Any(p => p.Properties is not null)) ? null : said;
    }
}
