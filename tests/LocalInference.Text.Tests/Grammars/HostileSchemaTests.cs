using System.Text.Json;
using LocalInference.Text.Tests.Limits;

namespace LocalInference.Text.Tests.Grammars;

/// <summary>Schemas made to exhaust: each ends within a second, in a grammar or in an error that says why.</summary>
public sealed class HostileSchemaTests
{
    public static TheoryData<string> Kinds => [.. Schemas.Keys];

    private static Dictionary<string, Func<string>> Schemas { get; } = new(StringComparer.Ordinal)
    {
        ["4 MB of text"] = () => $"{{\"description\": \"{new string('x', 4_000_000)}\"}}",
        ["deep items"] = () => Nested("{\"items\":", "{}", "}", 5_000),
        ["deep allOf"] = () => Nested("{\"allOf\":[", "{}", "]}", 5_000),
        ["deep properties"] = () => Nested("{\"properties\":{\"a\":", "{}", "}}", 5_000),
        ["deep enum"] = () => $"{{\"enum\":[{Nested("[", "1", "]", 5_000)}]}}",
        ["allOf of anyOf"] = () => $"{{\"allOf\":[{Join(40, i => $"{{\"anyOf\":[{{\"minLength\":{i}}},{{\"maxLength\":{i + 100}}},{{\"type\":\"string\"}}]}}")}]}}",
        ["references that double"] = () => $"{{\"$ref\":\"#/$defs/d0\",\"$defs\":{{{Join(60, i => $"\"d{i}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/d{i + 1}\"}},{{\"anyOf\":[{{\"$ref\":\"#/$defs/d{i + 1}\"}},{{\"$ref\":\"#/$defs/d{i + 1}\"}}]}}]}}")},\"d60\":{{\"type\":\"string\"}}}}}}",
        ["many values"] = () => $"{{\"enum\":[{Join(100_000, i => $"\"v{i}\"")}]}}",
        ["many properties"] = () => $"{{\"properties\":{{{Join(30_000, i => $"\"p{i}\":{{\"type\":\"string\"}}")}}}}}",
        ["many required"] = () => $"{{\"required\":[{Join(100_000, i => $"\"r{i}\"")}]}}",
        ["many lists of values"] = () => $"{{\"allOf\":[{Join(60, _ => $"{{\"enum\":[{Join(1500, i => $"{i}")}]}}")}]}}",
        ["many oneOf"] = () => $"{{\"oneOf\":[{Join(5000, i => $"{{\"properties\":{{\"k\":{{\"const\":{i}}}}},\"required\":[\"k\"]}}")}]}}",
        ["loop of references"] = () => "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}",
        ["loop of allOf"] = () => "{\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}",
        ["growing recursion"] = () => $"{{\"$ref\":\"#/$defs/d0\",\"$defs\":{{{Join(20, i => $"\"d{i}\":{{\"properties\":{{\"a\":{{\"allOf\":[{{\"$ref\":\"#/$defs/d{(i + 1) % 20}\"}},{{\"$ref\":\"#/$defs/d{(i * 7 + 3) % 20}\"}}]}},\"b\":{{\"allOf\":[{{\"$ref\":\"#/$defs/d{(i * 5 + 2) % 20}\"}},{{\"$ref\":\"#/$defs/d{(i + 9) % 20}\"}}]}}}}}}")}}}}}",
        ["catastrophic pattern"] = () => "{\"pattern\":\"^((((((a{0,1000}){0,1000}){0,1000})*)+)*)*$\"}",
        ["long pattern"] = () => $"{{\"pattern\":\"{new string('(', 500_000)}\"}}",
        ["many patterns"] = () => $"{{\"anyOf\":[{Join(20_000, i => $"{{\"pattern\":\"^[a-z{i}]+.$\"}}")}]}}",
        ["large counts"] = () => $"{{\"anyOf\":[{Join(3000, i => $"{{\"type\":\"string\",\"maxLength\":{90_000 + i}}}")}]}}",
        ["nested counts"] = () => Nested("{\"maxItems\":1000,\"minItems\":900,\"items\":", "{\"type\":\"null\"}", "}", 60),
        ["large numbers"] = () => "{\"type\":\"number\",\"minimum\":-1e999999999,\"maximum\":1e300}",
        ["long names"] = () => $"{{\"properties\":{{{Join(20, i => $"\"{new string((char)('a' + i), 20_000)}\":{{}}")}}},\"additionalProperties\":true}}",
        ["references into a list"] = () => $"{{\"anyOf\":[{Join(20_000, i => $"{{\"$ref\":\"#/$defs/l/{i}\"}}")}],\"$defs\":{{\"l\":[{Join(20_000, _ => "{}")}]}}}}",
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_ends_soon_and_clearly(string kind)
    {
        string schema = Schemas[kind]();
        using JsonDocument document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 1_000_000 });
        foreach (bool strict in new[] { false, true })
        {
            Exception? e = null;

            TimeSpan taken = ProcessorTime.Of(() => e = Record.Exception(() => JsonSchemaGrammar.Create(document.RootElement, new JsonSchemaGrammarOptions { Strict = strict })));

            Assert.True(e is null or GrammarException, e?.ToString());
            Assert.True(taken < ProcessorTime.Bar, $"It took {taken}.");
        }
    }

    [Fact]
    public void Four_megabytes_of_depth_as_text_are_refused_before_they_are_read()
    {
        string schema = Nested("{\"items\":", "{}", "}", 400_000);

        TimeSpan taken = ProcessorTime.Of(() => Assert.Throws<GrammarException>(() => JsonSchemaGrammar.Create(schema)));

        Assert.True(taken < ProcessorTime.Bar, $"It took {taken}.");
    }

    private static string Nested(string opening, string inner, string closing, int depth) =>
        string.Concat(Enumerable.Repeat(opening, depth)) + inner + string.Concat(Enumerable.Repeat(closing, depth));

    private static string Join(int count, Func<int, string> item) => string.Join(',', Enumerable.Range(0, count).Select(item));
}
