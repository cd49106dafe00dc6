namespace LocalInference.Text.GoTemplates;

/// <summary>One link of a pipeline: a value, or a function and its arguments.</summary>
internal sealed record GoCommand(int Position, IReadOnlyList<GoExpression> Arguments) : GoNode(Position);
