namespace LocalInference.Text.GoTemplates;

/// <summary>The value that the enclosing block is about.</summary>
internal sealed record GoDot(int Position) : GoExpression(Position);
