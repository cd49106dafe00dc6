namespace LocalInference.Cli.Bench;

/// <summary>The model that was measured.</summary>
internal sealed record BenchModel(string Path, string Description, long ParameterCount, long SizeInBytes);
