using System.Text.Json;

namespace LocalInference.Text;

/// <summary>
/// Writes a JSON schema as a GBNF grammar, which makes a model produce JSON that the schema allows. Thread-safe.
/// </summary>
/// <remarks>
/// <para>Supported, of JSON Schema 2020-12 (and of draft 7 where it differs): <c>type</c>, also as a list; <c>enum</c>,
/// <c>const</c>; <c>$ref</c> into the same document, also recursive; <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c>;
/// <c>properties</c>, <c>required</c>, <c>additionalProperties</c>; <c>items</c>, <c>prefixItems</c>, <c>minItems</c>,
/// <c>maxItems</c>; <c>minimum</c>, <c>maximum</c>, <c>exclusiveMinimum</c>, <c>exclusiveMaximum</c>; <c>minLength</c>,
/// <c>maxLength</c>, <c>pattern</c> and <c>format</c> (date, time, date-time, uuid, email, uri, ipv4, ipv6, hostname); and
/// <c>nullable</c> of OpenAPI 3.0.</para>
/// <para>A grammar allows less than the schema where that helps a model: properties come in the schema's order, the required
/// ones first; an object with <c>properties</c> has no others unless <c>additionalProperties</c> says so; tuples have all their
/// items; numbers have at most 16 digits before and behind the point.</para>
/// </remarks>
public static class JsonSchemaGrammar
{
    /// <summary>The grammar of any JSON value.</summary>
    public static string AnyValue { get; } = OfRule(JsonRules.Value);

    /// <summary>The grammar of any JSON object: what "JSON mode" asks for.</summary>
    public static string AnyObject { get; } = OfRule(JsonRules.Object);

    /// <summary>Writes the grammar of a schema. Its start is the rule <c>root</c>.</summary>
    /// <param name="schema">The schema: an object or a boolean.</param>
    /// <param name="options"><see langword="null"/>: the defaults.</param>
    /// <returns>GBNF text that <see cref="GbnfGrammar.Parse"/> accepts.</returns>
    /// <exception cref="GrammarException">
    /// The schema is not one, allows nothing, exceeds a limit or, in strict mode, asks for what a grammar cannot keep.
    /// <see cref="GrammarException.Path"/> is a JSON pointer.
    /// </exception>
    public static string Create(JsonElement schema, JsonSchemaGrammarOptions? options = null)
    {
        var builder = new GrammarBuilder(options);
        string rule = builder.AddSchema("root", schema);
        if (rule != "root")
        {
            builder.AddRule("root", rule);
        }

        string grammar = builder.Build();
        try
        {
            GbnfGrammar.Parse(grammar);
        }
        catch (GrammarException e)
        {
            throw new GrammarException($"The schema's grammar cannot be used: {e.Message}.", "#", e);
        }

        return grammar;
    }

    /// <summary>Writes the grammar of a schema that is given as JSON text.</summary>
    /// <inheritdoc cref="Create(JsonElement, JsonSchemaGrammarOptions?)"/>
    public static string Create(string schema, JsonSchemaGrammarOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        try
        {
            using JsonDocument document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = SchemaCompiler.MaxDepth });
            return Create(document.RootElement, options);
        }
        catch (JsonException e)
        {
            throw new GrammarException($"The schema is not JSON, or nested more than {SchemaCompiler.MaxDepth} levels: {e.Message}", "#", e);
        }
    }

    private static string OfRule(string rule)
    {
        var builder = new GrammarBuilder();
        builder.AddRule("root", builder.AddJson(rule));
        return builder.Build();
    }
}
