using System.Text.Json;

namespace LocalInference.Abstractions;

/// <summary>JSON that a schema allows. A schema that is none is a <see cref="GenerationException"/> (<c>schema_invalid</c>).</summary>
/// <param name="Schema">The schema (JSON Schema 2020-12).</param>
public sealed record JsonSchemaOutput(JsonElement Schema) : OutputFormat
{
    /// <summary>A name for it, for providers that want one; <see langword="null"/>: none.</summary>
    public string? Name { get; init; }

    /// <summary>What it describes, for providers that show it to the model; <see langword="null"/>: not said.</summary>
    public string? Description { get; init; }

    /// <summary>
    /// Whether all of the schema must be kept, and one for which that cannot be promised is refused. Default: no, what cannot be kept is
    /// left out.
    /// </summary>
    public bool Strict { get; init; }
}
