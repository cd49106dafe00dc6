using LocalInference.Abstractions;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>
/// Reads the form that an answer must have: OpenAI's <c>response_format</c>, llama-server's <c>json_schema</c> (also as the
/// <c>schema</c> of a <c>json_object</c>), or a <c>grammar</c> (GBNF).
/// </summary>
internal static class OutputReader
{
    /// <summary>The form that chats and completions ask for; <see langword="null"/>: any.</summary>
    /// <exception cref="RequestException">It is none, or there are several.</exception>
    public static OutputFormat? Read(JsonFields request)
    {
        OutputFormat? format = request.Object("response_format") is { } wanted ? Format(wanted) : null;
        OutputFormat? schema = request.Object("json_schema") is { } given ? Object(given) : null;
        return format is not null && schema is not null
            ? throw Several("response_format or json_schema", "json_schema")
            : OrGrammar(request, format ?? schema, schema is null ? "response_format" : "json_schema");
    }

    /// <summary>A form, or else that of the request's <c>grammar</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="format">The form; <see langword="null"/>: none is asked for.</param>
    /// <param name="field">Where it was read.</param>
    /// <exception cref="RequestException">There are both.</exception>
    public static OutputFormat? OrGrammar(JsonFields request, OutputFormat? format, string field)
    {
        string? grammar = request.Text("grammar");
        return string.IsNullOrEmpty(grammar) ? format
            : format is null ? new GrammarOutput(grammar)
            : throw Several($"{field} or grammar", "grammar");
    }

    private static OutputFormat? Format(JsonFields format) => format.RequiredText("type") switch
    {
        "text" => null,
        "json_object" => format.Object("schema") is { } schema ? Object(schema) : new JsonOutput(),
        "json_schema" => Schema(format.Object("json_schema") ?? throw RequestException.Bad("response_format.json_schema is required", "response_format.json_schema")),
        _ => throw JsonFields.Wrong(format.Path + "type", "text, json_object or json_schema"),
    };

    // A schema without any field stands for an object of any form, as in llama-server.
    private static OutputFormat Object(JsonFields schema) => schema.Element.EnumerateObject().Any() ? new JsonSchemaOutput(schema.Element.Clone()) : new JsonOutput();

    private static OutputFormat Schema(JsonFields schema) => schema.Object("schema") is { } given
        ? new JsonSchemaOutput(given.Element.Clone()) { Name = schema.Text("name"), Description = schema.Text("description"), Strict = schema.Truth("strict") ?? false }
        : new JsonOutput();

    private static RequestException Several(string fields, string parameter) => RequestException.Bad($"an answer has one form only: give {fields}", parameter);
}
