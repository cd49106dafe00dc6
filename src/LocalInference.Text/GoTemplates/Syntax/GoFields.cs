namespace LocalInference.Text.GoTemplates;

/// <summary>Fields of a value, one of the other.</summary>
internal sealed record GoFields(int Position, GoExpression Of, IReadOnlyList<string> Names) : GoExpression(Position);
