using System.Text.Json;
using BenchmarkDotNet.Attributes;
using LocalInference.Text;

namespace LocalInference.Benchmarks.Grammars;

/// <summary>A schema of 200 properties as a grammar; the bar is 5 ms.</summary>
public class SchemaCompilation : IDisposable
{
    private JsonDocument? _schema;

    /// <summary>Makes the schema: properties of all kinds, every second one required.</summary>
    [GlobalSetup]
    public void Setup()
    {
        string[] kinds =
        [
            """{"type": "string", "maxLength": 80}""",
            """{"type": "integer", "minimum": 1, "maximum": 4711}""",
            """{"enum": ["red", "green", "blue"]}""",
            """{"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 9}""",
            """{"type": "object", "properties": {"x": {"type": "number"}, "y": {"type": ["number", "null"]}}, "required": ["x"]}""",
            """{"type": "string", "format": "date-time"}""",
            """{"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"}""",
            """{"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/node"}]}""",
        ];
        IEnumerable<string> properties = Enumerable.Range(0, 200).Select(i => $"\"property{i}\": {kinds[i % kinds.Length]}");
        IEnumerable<string> required = Enumerable.Range(0, 100).Select(i => $"\"property{2 * i}\"");
        _schema = JsonDocument.Parse($$"""
            {"type": "object", "properties": { {{string.Join(',', properties)}} }, "required": [{{string.Join(',', required)}}],
             "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"} } } } }
            """);
    }

    /// <summary>Lets the schema go.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _schema?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes the grammar and checks it.</summary>
    [Benchmark]
    public string Compile() => JsonSchemaGrammar.Create(_schema!.RootElement);
}
