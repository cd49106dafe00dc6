namespace LocalInference.Cli.Parse;

/// <summary>The function of a tool call: its name and its arguments as JSON text.</summary>
internal sealed record ParsedFunction(string Name, string Arguments);
