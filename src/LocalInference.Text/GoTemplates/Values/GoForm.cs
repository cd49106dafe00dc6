namespace LocalInference.Text.GoTemplates;

/// <summary>How a list or map is written as text.</summary>
internal enum GoForm
{
    /// <summary>As Go's <c>%v</c>: <c>[a b]</c>, <c>map[k:v]</c>.</summary>
    Plain,

    /// <summary>As JSON; Ollama's tools, functions and arguments are.</summary>
    Json,

    /// <summary>The type of a tool's parameter: one type as itself, several as a list.</summary>
    Types,
}
