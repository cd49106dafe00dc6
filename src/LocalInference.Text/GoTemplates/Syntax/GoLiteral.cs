namespace LocalInference.Text.GoTemplates;

/// <summary>A constant.</summary>
internal sealed record GoLiteral(int Position, object? Value) : GoExpression(Position);
