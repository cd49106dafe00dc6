namespace LocalInference.Text.GoTemplates;

/// <summary>A part of a template's tree that has a value.</summary>
internal abstract record GoExpression(int Position) : GoNode(Position);
