namespace LocalInference.Text.GoTemplates;

/// <summary><c>template "name" value</c>: a defined template in this place.</summary>
internal sealed record GoTemplateCall(int Position, string Name, GoPipeline? Pipeline) : GoNode(Position);
