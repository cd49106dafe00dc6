namespace LocalInference.Text;

/// <summary>How <see cref="JsonSchemaGrammar"/> reads a schema.</summary>
public sealed record JsonSchemaGrammarOptions
{
    /// <summary>The defaults: lenient.</summary>
    public static JsonSchemaGrammarOptions Default { get; } = new();

    /// <summary>
    /// <see langword="true"/>: every text that the grammar allows is valid under the schema, and what a grammar cannot keep is
    /// refused by its keyword and place. <see langword="false"/>, the default: as llama.cpp reads schemas: such keywords are left
    /// out, <c>oneOf</c> is read as <c>anyOf</c>, patterns that cannot be written allow any string, and members of
    /// <c>allOf</c> that name no required properties are written with all of their properties.
    /// </summary>
    public bool Strict { get; init; }
}
