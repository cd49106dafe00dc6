using System.Text.Json;

namespace LocalInference.Text;

/// <summary>Keywords that restrict what is valid in ways no grammar can keep, or that this library does not read.</summary>
internal static class UnsupportedKeywords
{
    private static readonly HashSet<string> s_keywords = new(StringComparer.Ordinal)
    {
        "not", "if", "then", "else", "dependentSchemas", "dependentRequired", "dependencies", "contains", "minContains",
        "maxContains", "uniqueItems", "patternProperties", "propertyNames", "minProperties", "maxProperties",
        "unevaluatedItems", "unevaluatedProperties", "additionalItems", "exclusiveMinimum", "exclusiveMaximum", "required",
        "$dynamicRef", "$recursiveRef",
    };

    /// <summary>Whether it is such a keyword and its value restricts anything.</summary>
    public static bool Restricts(string keyword, JsonElement value) => s_keywords.Contains(keyword) && keyword switch
    {
        "uniqueItems" or "exclusiveMinimum" or "exclusiveMaximum" => value.ValueKind != JsonValueKind.False,
        "minProperties" => value.ValueKind != JsonValueKind.Number || SchemaNumber.Read(value).Value > 0,
        "patternProperties" or "dependentSchemas" or "dependentRequired" or "dependencies" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Any(),

        // What a grammar writes beyond the schema's own items and properties is nothing.
        "unevaluatedItems" or "unevaluatedProperties" or "additionalItems" => value.ValueKind == JsonValueKind.Object,
        _ => value.ValueKind != JsonValueKind.True,
    };
}
