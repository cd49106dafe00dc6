namespace LocalInference.Cli.Evaluation;

/// <summary>What a model said to a question, and whether that was right.</summary>
internal sealed record EvalAnswer(string Text, bool IsRight);
