namespace LocalInference.Cli.Terminal;

/// <summary>What came of reading a line.</summary>
internal readonly record struct LineResult(LineOutcome Outcome, string Text);
