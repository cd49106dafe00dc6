using System.Text.Json;

namespace LocalInference.Text;

/// <summary>
/// Turns schemas that combine others (<c>$ref</c>, <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c>) into alternatives, each a list of
/// schemas without such keywords that hold together: the disjunctive normal form.
/// </summary>
internal sealed class SchemaExpansion(SchemaDocument document, bool strict)
{
    private const int MaxAlternatives = 256;

    // Schemas in one alternative, and looks at schemas in all: what a hostile schema can ask for.
    private const int MaxParts = 64;
    private const int MaxReads = 20_000;
    private readonly Dictionary<string, SchemaKeywords> _read = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _reads;

    /// <summary>The keywords of a schema that is an object.</summary>
    public SchemaKeywords Read(SchemaNode node)
    {
        if (!_read.TryGetValue(node.Pointer, out SchemaKeywords? keywords))
        {
            keywords = SchemaKeywords.Read(node, strict);
            _read.Add(node.Pointer, keywords);
        }

        return keywords;
    }

    /// <summary>The alternatives of schemas that hold together; none: nothing is valid.</summary>
    public List<List<SchemaKeywords>> Expand(IEnumerable<SchemaNode> nodes)
    {
        // One that failed has left its schemas open.
        _open.Clear();
        List<List<SchemaKeywords>> alternatives = [[]];
        foreach (SchemaNode node in nodes)
        {
            alternatives = Product(alternatives, Expand(node), node);
        }

        return alternatives;
    }

    private List<List<SchemaKeywords>> Expand(SchemaNode node)
    {
        if (node.Element.ValueKind != JsonValueKind.Object)
        {
            return node.Element.ValueKind == JsonValueKind.True ? [[]] : [];
        }

        if (++_reads > MaxReads)
        {
            throw TooMany(node);
        }

        if (!_open.Add(node.Pointer))
        {
            throw new GrammarException("This schema refers to itself without anything around it, so it says nothing.", node.Pointer);
        }

        SchemaKeywords keywords = Read(node);
        List<List<SchemaKeywords>> alternatives = keywords.HasOwn || keywords.Nullable ? [[keywords]] : [[]];
        if (keywords.Ref is { } reference)
        {
            alternatives = Product(alternatives, Expand(document.Resolve(reference, node.Pointer)), node);
        }

        foreach (SchemaNode member in keywords.AllOf ?? [])
        {
            alternatives = Product(alternatives, Expand(member), node);
        }

        foreach (List<SchemaNode>? members in new[] { keywords.AnyOf, keywords.OneOf })
        {
            if (members is not null)
            {
                alternatives = Product(alternatives, [.. members.SelectMany(Expand)], node);
            }
        }

        _open.Remove(node.Pointer);
        return alternatives;
    }

    private static List<List<SchemaKeywords>> Product(List<List<SchemaKeywords>> left, List<List<SchemaKeywords>> right, SchemaNode node)
    {
        if ((long)left.Count * right.Count > MaxAlternatives)
        {
            throw TooMany(node);
        }

        var product = new List<List<SchemaKeywords>>(left.Count * right.Count);
        foreach (List<SchemaKeywords> l in left)
        {
            foreach (List<SchemaKeywords> r in right)
            {
                List<SchemaKeywords> both = [.. l.Union(r)];
                product.Add(both.Count <= MaxParts ? both : throw TooMany(node));
            }
        }

        return product;
    }

    private static GrammarException TooMany(SchemaNode node) =>
        new($"allOf, anyOf and oneOf combine into more than {MaxAlternatives} cases here, or too large ones. Combine fewer.", node.Pointer);
}
