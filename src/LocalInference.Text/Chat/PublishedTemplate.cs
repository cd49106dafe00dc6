namespace LocalInference.Text;

/// <summary>A family of models that are published for Ollama with a RENDERER and a PARSER instead of a template.</summary>
/// <param name="Family">The family's name, such as <c>qwen3-coder</c>.</param>
/// <param name="Source">A Jinja template in that family's format, for files that carry none; the parser is found from it too.</param>
public sealed record PublishedTemplate(string Family, string Source);
