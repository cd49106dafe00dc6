using System.Text.Json;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>A case of llama.cpp's test-json-schema-to-grammar: a schema, and its grammar unless it is refused.</summary>
public sealed record SchemaPair(string Name, string Schema, string? Expected)
{
    public static IReadOnlyList<SchemaPair> All { get; } = Read();

    public static TheoryData<string> Names => new(All.Select(p => p.Name).Distinct(StringComparer.Ordinal));

    private static List<SchemaPair> Read()
    {
        using JsonDocument cases = Oracle.Read("schema-pairs.json");
        return [.. cases.RootElement.EnumerateArray().Select(c => new SchemaPair(
            c.GetProperty("name").GetString()!,
            c.GetProperty("schema").GetString()!,
            c.GetProperty("refused").GetBoolean() ? null : c.GetProperty("expected").GetString()))];
    }
}
