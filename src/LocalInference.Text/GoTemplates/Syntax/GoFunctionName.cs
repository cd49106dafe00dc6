namespace LocalInference.Text.GoTemplates;

/// <summary>A function; it is called where it stands first in a command, and elsewhere without arguments.</summary>
internal sealed record GoFunctionName(int Position, string Name) : GoExpression(Position);
