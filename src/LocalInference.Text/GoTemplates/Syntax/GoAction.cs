namespace LocalInference.Text.GoTemplates;

/// <summary>Writes a value, unless variables take it.</summary>
internal sealed record GoAction(int Position, GoPipeline Pipeline) : GoNode(Position);
