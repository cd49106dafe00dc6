namespace LocalInference.Text.Parsing;

/// <summary>A parameter of a tool, as the grammar needs it.</summary>
/// <param name="Key">Its name; <see langword="null"/>: any name, as often as the model likes.</param>
/// <param name="Schemas">What its value must meet, all of it; none: any value.</param>
/// <param name="Types">The types it may have; <see cref="JsonTypes.None"/>: the schema does not say.</param>
/// <param name="Required">Whether it must be there.</param>
internal sealed record ToolParameter(string? Key, IReadOnlyList<SchemaNode> Schemas, JsonTypes Types, bool Required)
{
    /// <summary>Whether its value may be a text, and so is written as one where a syntax has no quotes.</summary>
    public bool IsText => Types == JsonTypes.None || Types.HasFlag(JsonTypes.String);
}
