using System.Text.Json;

namespace LocalInference.Text;

/// <summary>A schema within a schema, and where it is. Two with the same pointer are the same.</summary>
internal readonly record struct SchemaNode(JsonElement Element, string Pointer)
{
    public SchemaNode Child(string keyword) => new(Element.GetProperty(keyword), Pointer + "/" + keyword);

    /// <summary>A keyword or name as a JSON pointer has it (RFC 6901).</summary>
    public static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
