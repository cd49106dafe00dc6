namespace LocalInference.Cli.Bench;

/// <summary>What to measure: tokens per run, and how many runs.</summary>
internal sealed record BenchSettings(string Model, int PromptTokens, int GeneratedTokens, int Repeats, LocalModelOptions ModelOptions);
