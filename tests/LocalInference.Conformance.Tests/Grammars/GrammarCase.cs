using System.Text.Json;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>A case of llama.cpp's test-grammar-integration. Texts are sequences of characters and token ids.</summary>
public sealed record GrammarCase(int Index, string Name, string? Schema, string Grammar, bool Builds, IReadOnlyList<JsonElement> Passing, IReadOnlyList<JsonElement> Failing)
{
    public static IReadOnlyList<GrammarCase> All { get; } = Read();

    public static TheoryData<int, string> Names
    {
        get
        {
            var names = new TheoryData<int, string>();
            foreach (GrammarCase c in All)
            {
                names.Add(c.Index, c.Name);
            }

            return names;
        }
    }

    private static List<GrammarCase> Read()
    {
        using JsonDocument cases = Oracle.Read("grammar-cases.json");
        return [.. cases.RootElement.EnumerateArray().Select((c, index) => new GrammarCase(
            index,
            c.GetProperty("name").GetString()!,
            c.GetProperty("schema").GetString(),
            c.GetProperty("grammar").GetString()!,
            c.GetProperty("builds").GetBoolean(),
            [.. c.GetProperty("passing").EnumerateArray().Select(t => t.Clone())],
            [.. c.GetProperty("failing").EnumerateArray().Select(t => t.Clone())]))];
    }
}
