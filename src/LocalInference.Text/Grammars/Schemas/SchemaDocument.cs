using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LocalInference.Text;

/// <summary>The schema that references point into. It counts the steps of looking them up, which a hostile schema could multiply.</summary>
internal sealed class SchemaDocument
{
    /// <summary>Bytes of JSON text.</summary>
    public const int MaxLength = 1_048_576;

    private const int MaxSteps = 2_000_000;
    private readonly Dictionary<string, SchemaNode> _targets = new(StringComparer.Ordinal);
    private int _steps;

    /// <exception cref="GrammarException">The schema is too long or nested too deeply, or a name in it cannot be decoded.</exception>
    public SchemaDocument(JsonElement root)
    {
        Root = new SchemaNode(root, "#");
        if (root.ValueKind == JsonValueKind.Undefined)
        {
            throw new GrammarException("There is no schema.", "#");
        }

        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(root);
        if (text.Length > MaxLength)
        {
            throw new GrammarException($"A schema can have {MaxLength} bytes, not {text.Length}.", "#");
        }

        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = SchemaCompiler.MaxDepth + 1, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    // So that no look for a name meets one that cannot be decoded.
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException e)
        {
            throw new GrammarException("A name in the schema spells half of a surrogate pair.", "#", e);
        }
        catch (JsonException e)
        {
            throw new GrammarException($"A schema can be nested {SchemaCompiler.MaxDepth} levels deep.", "#", e);
        }
    }

    public SchemaNode Root { get; }

    /// <summary>What a reference names.</summary>
    /// <param name="reference">A JSON pointer behind <c>#</c> (RFC 6901), as in <c>#/$defs/name</c>.</param>
    /// <param name="from">The schema that it stands in.</param>
    /// <exception cref="GrammarException">It names nothing, or something outside this document.</exception>
    public SchemaNode Resolve(string reference, string from)
    {
        if (_targets.TryGetValue(reference, out SchemaNode known))
        {
            return known;
        }

        string path = from + "/$ref";
        if (reference != "#" && !reference.StartsWith("#/", StringComparison.Ordinal))
        {
            throw new GrammarException($"$ref can only point into the same document, as #/…, not to '{reference}'.", path);
        }

        SchemaNode target = Root;
        foreach (string step in reference.Split('/').Skip(1))
        {
            string name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            target = Find(target, name) ?? throw new GrammarException($"$ref points to '{reference}', which is not there.", path);
        }

        if (target.Element.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
        {
            throw new GrammarException($"$ref points to '{reference}', which is no schema.", path);
        }

        _targets.Add(reference, target);
        return target;
    }

    private SchemaNode? Find(SchemaNode node, string name)
    {
        if (node.Element.ValueKind == JsonValueKind.Object)
        {
            Count(node.Element.GetPropertyCount());
            return node.Element.TryGetProperty(name, out JsonElement value) ? new SchemaNode(value, $"{node.Pointer}/{SchemaNode.Escape(name)}") : null;
        }

        if (node.Element.ValueKind != JsonValueKind.Array
            || !int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            || index >= node.Element.GetArrayLength())
        {
            return null;
        }

        Count(index);
        return new SchemaNode(node.Element[index], $"{node.Pointer}/{name}");
    }

    private void Count(int steps)
    {
        _steps += steps;
        if (_steps > MaxSteps)
        {
            throw new GrammarException("The schema's references take too long to follow. Use fewer, or smaller definitions.", "#");
        }
    }
}
