using System.Text.Json;

namespace LocalInference.Text;

/// <summary>The keywords of one schema object, each of the form that it has to have.</summary>
internal sealed partial class SchemaKeywords
{
    private const JsonTypes StringKeywords = JsonTypes.String;

    private SchemaKeywords(SchemaNode node) => Node = node;

    public SchemaNode Node { get; }

    public string? Ref { get; private set; }

    public List<SchemaNode>? AllOf { get; private set; }

    public List<SchemaNode>? AnyOf { get; private set; }

    public List<SchemaNode>? OneOf { get; private set; }

    /// <summary>The types that <c>type</c> names; <see langword="null"/>: it is not there.</summary>
    public JsonTypes? Types { get; private set; }

    public bool Nullable { get; private set; }

    /// <summary>The types that other keywords speak of.</summary>
    public JsonTypes Implied { get; private set; }

    /// <summary>What <c>enum</c> or <c>const</c> lists.</summary>
    public List<JsonElement>? Values { get; private set; }

    public NumberBounds Bounds { get; private set; } = NumberBounds.None;

    public int MinLength { get; private set; }

    public int? MaxLength { get; private set; }

    public string? Pattern { get; private set; }

    public string? Format { get; private set; }

    public List<(string Name, SchemaNode Schema)>? Properties { get; private set; }

    public List<string> Required { get; } = [];

    public SchemaNode? AdditionalProperties { get; private set; }

    public List<SchemaNode>? PrefixItems { get; private set; }

    public SchemaNode? Items { get; private set; }

    public int MinItems { get; private set; }

    public int? MaxItems { get; private set; }

    /// <summary>Whether anything but <c>$ref</c>, <c>allOf</c>, <c>anyOf</c> and <c>oneOf</c> decides what is valid.</summary>
    public bool HasOwn => Types is not null || Values is not null || Implied != JsonTypes.None;

    /// <summary>Whether it says what is in an object or an array.</summary>
    public bool IsStructural => (Implied & (JsonTypes.Object | JsonTypes.Array)) != JsonTypes.None;

    /// <param name="node">The schema, an object.</param>
    /// <param name="strict">Whether to refuse keywords that no grammar keeps.</param>
    /// <exception cref="GrammarException">A keyword is not of its form, or refused.</exception>
    public static SchemaKeywords Read(SchemaNode node, bool strict)
    {
        var keywords = new SchemaKeywords(node);
        foreach (JsonProperty property in node.Element.EnumerateObject())
        {
            keywords.Add(property.Name, property.Value, strict);
        }

        keywords.Complete(strict);
        return keywords;
    }

    private void Add(string keyword, JsonElement value, bool strict)
    {
        switch (keyword)
        {
            case "$ref":
                Ref = Text(keyword, value);
                break;
            case "allOf":
                AllOf = Schemas(keyword, value);
                break;
            case "anyOf":
                AnyOf = Schemas(keyword, value);
                break;
            case "oneOf":
                OneOf = Schemas(keyword, value);
                break;
            case "type":
                Types = ReadTypes(value);
                break;
            case "nullable":
                Nullable = value.ValueKind == JsonValueKind.True;
                break;
            case "enum":
                Values = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
                    ? Both(Values, [.. value.EnumerateArray().Select(listed => Listed(keyword, listed))])
                    : throw Error(keyword, "must be a list with at least one value");
                break;
            case "const":
                Values = Both(Values, [Listed(keyword, value)]);
                break;
            case "minimum":
                Bounds = Bounds.And(NumberBounds.AtLeast(Number(keyword, value), exclusive: false));
                Implied |= JsonTypes.Number;
                break;
            case "exclusiveMinimum" when value.ValueKind == JsonValueKind.Number:
                Bounds = Bounds.And(NumberBounds.AtLeast(Number(keyword, value), exclusive: true));
                Implied |= JsonTypes.Number;
                break;
            case "maximum":
                Bounds = Bounds.And(NumberBounds.AtMost(Number(keyword, value), exclusive: false));
                Implied |= JsonTypes.Number;
                break;
            case "exclusiveMaximum" when value.ValueKind == JsonValueKind.Number:
                Bounds = Bounds.And(NumberBounds.AtMost(Number(keyword, value), exclusive: true));
                Implied |= JsonTypes.Number;
                break;
            case "multipleOf":
                AddMultiple(keyword, value, strict);
                break;
            case "minLength":
                MinLength = Count(keyword, value);
                Implied |= StringKeywords;
                break;
            case "maxLength":
                MaxLength = Count(keyword, value);
                Implied |= StringKeywords;
                break;
            case "pattern":
                Pattern = Text(keyword, value);
                Implied |= StringKeywords;
                break;
            case "format":
                AddFormat(keyword, value, strict);
                break;
            default:
                AddStructure(keyword, value, strict);
                break;
        }
    }

    private void AddStructure(string keyword, JsonElement value, bool strict)
    {
        switch (keyword)
        {
            case "properties":
                AddProperties(keyword, value);
                break;
            case "required" when value.ValueKind == JsonValueKind.Array:
                Required.AddRange(value.EnumerateArray().Select(name => Text(keyword, name)).Distinct(StringComparer.Ordinal));
                Implied |= Required.Count > 0 ? JsonTypes.Object : JsonTypes.None;
                break;
            case "additionalProperties":
                AdditionalProperties = Schema(keyword, value);
                Implied |= value.ValueKind == JsonValueKind.True ? JsonTypes.None : JsonTypes.Object;
                break;
            case "items" or "prefixItems":
                AddItems(keyword, value, strict);
                break;
            case "minItems":
                MinItems = Count(keyword, value);
                Implied |= JsonTypes.Array;
                break;
            case "maxItems":
                MaxItems = Count(keyword, value);
                Implied |= JsonTypes.Array;
                break;
            default:
                if (strict && UnsupportedKeywords.Restricts(keyword, value))
                {
                    throw Error(keyword, "cannot be kept by a grammar; leave it out, or do not ask for strict reading");
                }

                break;
        }
    }

    private void AddProperties(string keyword, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Error(keyword, "must be an object");
        }

        Properties = [];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            SchemaNode schema = Schema($"{keyword}/{SchemaNode.Escape(property.Name)}", property.Value);
            if (places.TryGetValue(property.Name, out int place))
            {
                Properties[place] = (property.Name, schema);
            }
            else
            {
                places.Add(property.Name, Properties.Count);
                Properties.Add((property.Name, schema));
            }
        }

        Implied |= JsonTypes.Object;
    }

    // A list under items is draft 7's way to write prefixItems; a single schema under prefixItems is what some mean by items.
    private void AddItems(string keyword, JsonElement value, bool strict)
    {
        Implied |= JsonTypes.Array;
        if (value.ValueKind == JsonValueKind.Array)
        {
            PrefixItems = Schemas(keyword, value, mayBeEmpty: true);
        }
        else if (keyword == "items")
        {
            Items = Schema(keyword, value);
        }
        else if (strict)
        {
            throw Error(keyword, "must be a list of schemas");
        }
        else
        {
            Items ??= Schema(keyword, value);
        }
    }

    private void AddMultiple(string keyword, JsonElement value, bool strict)
    {
        decimal? multiple = Number(keyword, value) is var number && number.IsExact ? number.Value : null;
        Implied |= JsonTypes.Number;
        if (multiple == 1)
        {
            Bounds = Bounds.And(NumberBounds.Whole);
        }
        else if (strict)
        {
            throw Error(keyword, "can only be 1 in strict reading: a grammar cannot count");
        }
    }

    private void AddFormat(string keyword, JsonElement value, bool strict)
    {
        string format = Text(keyword, value);
        if (StringFormats.Contains(format))
        {
            Format = format;
            Implied |= StringKeywords;
        }
        else if (strict && !StringFormats.IsAnnotation(format))
        {
            throw Error(keyword, $"'{format}' is not supported");
        }
    }

    private void Complete(bool strict)
    {
        if (strict && Pattern is not null && (Format is not null || MinLength > 0 || MaxLength is not null))
        {
            throw Error("pattern", "cannot be combined with format, minLength or maxLength in strict reading");
        }

        if (strict && Format is not null && (MinLength > 0 || MaxLength is not null))
        {
            throw Error("format", "cannot be combined with minLength or maxLength in strict reading");
        }
    }
}
