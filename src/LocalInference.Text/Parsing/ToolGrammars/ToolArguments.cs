using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>What the schema of a tool says of its arguments.</summary>
internal sealed class ToolArguments
{
    private static readonly JsonElement s_object = Parse("""{"type":"object"}""");
    private static readonly JsonElement s_noArguments = Parse("""{"type":"object","properties":{},"additionalProperties":false}""");
    private static readonly JsonElement s_null = Parse("null");

    private readonly bool _strict;
    private readonly SchemaExpansion _expansion;

    /// <exception cref="GrammarException">The schema is too long, nested too deeply, or holds a name that cannot be decoded.</exception>
    public ToolArguments(ChatTool tool, bool strict)
    {
        Name = tool.Name;
        Document = new SchemaDocument(tool.Parameters is { ValueKind: JsonValueKind.Object } schema ? schema : s_noArguments);
        _strict = strict;
        _expansion = new SchemaExpansion(Document, strict);

        // Arguments are an object, also where the schema leaves that to what it refers to.
        JsonElement root = Document.Root.Element;
        Schemas = root.TryGetProperty("type", out _) || root.TryGetProperty("properties", out _)
            ? [Document.Root]
            : [Document.Root, new SchemaNode(s_object, "#type")];
    }

    public string Name { get; }

    /// <summary>The tool's whole schema, into which the references of each parameter point.</summary>
    public SchemaDocument Document { get; }

    /// <summary>What the arguments must meet together.</summary>
    public IReadOnlyList<SchemaNode> Schemas { get; }

    /// <summary>
    /// The parameters that may stand together, the required ones first: one list, unless the schema combines others. Where none is
    /// named, additional ones are let be of any name.
    /// </summary>
    /// <exception cref="GrammarException">Strict: the schema is wrong, or allows no arguments.</exception>
    public List<List<ToolParameter>> Forms()
    {
        List<ToolParameter> any = [new ToolParameter(Key: null, [], JsonTypes.None, Required: false)];
        try
        {
            List<List<ToolParameter>> forms = ReadForms();
            return forms.Count > 0 ? forms
                : _strict ? throw new GrammarException("The schema allows no arguments.", Document.Root.Pointer)
                : [any];
        }
        catch (GrammarException) when (!_strict)
        {
            // The model is told the schema as it is, and may make something of it.
            return [any];
        }
    }

    private List<List<ToolParameter>> ReadForms() =>
    [
        .. _expansion.Expand(Schemas)
            .Where(parts => new ValueConstraint(parts).Stated.HasFlag(JsonTypes.Object))
            .Select(parts => new ObjectShape(parts))
            .Where(shape => !shape.Required.Overlaps(shape.Forbidden))
            .Select(Parameters),
    ];

    /// <summary>The values that a parameter may have, if its schema lists them all; otherwise none.</summary>
    /// <exception cref="GrammarException">Strict: the schema is wrong.</exception>
    public List<JsonElement> Listed(ToolParameter parameter)
    {
        List<ValueConstraint> constraints = Constraints(parameter);
        return constraints.TrueForAll(constraint => constraint.Values is not null || constraint.Emitted == JsonTypes.Null)
            ? [.. constraints.SelectMany(constraint => constraint.Values?.Where(constraint.Allows) ?? [s_null])]
            : [];
    }

    /// <summary>Refuses, in strict reading, a text of which more is asked than to be one, or one of a list.</summary>
    /// <exception cref="GrammarException">No grammar can keep it in a syntax that writes texts as they are.</exception>
    public void CheckText(ToolParameter parameter)
    {
        if (_strict && Constraints(parameter).Find(static constraint => !IsKept(constraint)) is { } other)
        {
            throw new GrammarException(
                "This model writes texts as they are, of which a grammar can only keep a list of values. Leave out what else is asked of this text, or what it may be besides a text; or do not ask for strict reading.",
                other.Parts[0].Node.Pointer);
        }
    }

    private List<ToolParameter> Parameters(ObjectShape shape) => shape is { Properties.Count: 0, Additional: { } additional }
        ? [new ToolParameter(Key: null, additional, TypesOf(additional), Required: false)]
        :
        [
            .. shape.Properties
                .Where(property => !shape.Forbidden.Contains(property.Name))
                .Select(property => new ToolParameter(property.Name, property.Schemas, TypesOf(property.Schemas), shape.Required.Contains(property.Name)))
                .OrderBy(parameter => parameter.Required ? 0 : 1),
        ];

    /// <summary>As the parser reads them, which looks at the first schema.</summary>
    private JsonTypes TypesOf(List<SchemaNode> schemas) => schemas.Count == 0 ? JsonTypes.None : SchemaTypes.Read(schemas[0].Element, Document.Root.Element);

    private List<ValueConstraint> Constraints(ToolParameter parameter)
    {
        try
        {
            return [.. _expansion.Expand(parameter.Schemas).Select(static parts => new ValueConstraint(parts))];
        }
        catch (GrammarException) when (!_strict)
        {
            // What is wrong with the schema of a text says nothing about the text.
            return [];
        }
    }

    private static bool IsKept(ValueConstraint constraint)
    {
        bool hasForm = constraint.Parts.Any(static part => part.Pattern is not null || part.Format is not null);
        return constraint.Values is not null
            ? !hasForm
            : constraint.Parts.Count == 0
                || (!hasForm && constraint is { MinLength: 0, MaxLength: null } && (constraint.Emitted & (JsonTypes.Number | JsonTypes.Array | JsonTypes.Object)) == JsonTypes.None);
    }

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
