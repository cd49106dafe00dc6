namespace LocalInference.Text.GoTemplates;

/// <summary>A variable; <c>$</c> is the data that the template was given.</summary>
internal sealed record GoVariable(int Position, string Name) : GoExpression(Position);
