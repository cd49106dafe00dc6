namespace LocalInference.Text;

/// <summary>
/// Writes the objects that some schemas allow together: the required properties, then the others, each kind in the schemas'
/// order, then additional ones.
/// </summary>
internal sealed class ObjectGrammar
{
    private const string Comma = "\",\" space";

    private readonly SchemaCompiler _compiler;
    private readonly IReadOnlyList<(string Name, List<SchemaNode> Schemas)> _properties;
    private readonly HashSet<string> _required;

    // Properties that no value fits: they stay away.
    private readonly HashSet<string> _forbidden = new(StringComparer.Ordinal);

    // What additional properties have to be; null: there are none.
    private readonly List<SchemaNode>? _additional;

    public ObjectGrammar(SchemaCompiler compiler, IReadOnlyList<SchemaKeywords> parts)
    {
        var shape = new ObjectShape(parts);
        _compiler = compiler;
        _properties = shape.Properties;
        _required = shape.Required;
        _forbidden = shape.Forbidden;
        _additional = shape.Additional;
    }

    /// <param name="compiler">The compiler.</param>
    /// <param name="properties">The properties, of an object that has no others.</param>
    /// <param name="required">Which of them it has to have.</param>
    public ObjectGrammar(SchemaCompiler compiler, List<(string Name, SchemaNode Schema)> properties, HashSet<string> required)
    {
        _compiler = compiler;
        _required = required;
        _properties = [.. properties.Select(p => (p.Name, new List<SchemaNode> { p.Schema }))];
    }

    private GrammarBuilder Builder => _compiler.Builder;

    /// <summary>The body of a rule; <see langword="null"/>: no object is valid.</summary>
    public string? Write(string name)
    {
        if (_properties.Count == 0 && _additional is { Count: 0 })
        {
            return Builder.AddJson(JsonRules.Object);
        }

        string inner = name == "root" ? "" : name + "-";
        var required = new List<string>();
        var optional = new List<(string Name, string Member)>();
        foreach ((string property, List<SchemaNode> schemas) in _properties)
        {
            string? value = _forbidden.Contains(property) ? null : _compiler.CompileInner(schemas, inner + property);
            if (value is null)
            {
                if (_required.Contains(property))
                {
                    return null;
                }
            }
            else if (_required.Contains(property))
            {
                required.Add(WriteMember(property, value));
            }
            else
            {
                optional.Add((property, Builder.AddRule($"{inner}{property}-kv", WriteMember(property, value))));
            }
        }

        Builder.AddJson(JsonRules.Space);
        string body = string.Join($" {Comma} ", required);
        string others = WriteOptional(optional, WriteAdditional(inner), inner);
        if (others.Length > 0)
        {
            body += required.Count > 0 ? $" ({Comma} ({others}))?" : $"({others})?";
        }
        else if (required.Count == 0)
        {
            return "\"{\" space \"}\"";
        }

        return $"\"{{\" space {body} space \"}}\"";
    }

    // The first that is there, and behind it those that may follow, each on its own: a choice for each of them, not for each
    // subset.
    private string WriteOptional(List<(string Name, string Member)> optional, string? additional, string inner)
    {
        var ways = new List<string>();
        string rest = additional is null ? "" : $"({Comma} {additional})*";
        if (additional is not null)
        {
            ways.Add($"{additional} {rest}");
        }

        for (int i = optional.Count - 1; i >= 0; i--)
        {
            (string property, string member) = optional[i];
            if (i < optional.Count - 1 || additional is not null)
            {
                string restRule = Builder.AddRule($"{inner}{property}-rest", rest);
                ways.Add($"{member} {restRule}");
                rest = $"({Comma} {member})? {restRule}";
            }
            else
            {
                ways.Add(member);
                rest = $"({Comma} {member})?";
            }
        }

        ways.Reverse();
        return string.Join(" | ", ways);
    }

    private string? WriteAdditional(string inner)
    {
        if (_additional is null || _compiler.CompileInner(_additional, inner + "additional-value") is not { } value)
        {
            return null;
        }

        string key = _properties.Count == 0
            ? Builder.AddJson(JsonRules.String)
            : KeyTrie.Of(_properties.Select(p => p.Name)).AddRule(Builder, inner + "additional-k");
        return Builder.AddRule(inner + "additional-kv", $"{key} \":\" space {value}");
    }

    private static string WriteMember(string property, string value) => $"{GrammarBuilder.Literal(JsonEscapes.Quote(property))} space \":\" space {value}";
}
