namespace LocalInference.Cli.Inspect;

/// <summary>One tensor; the row length is the first dimension.</summary>
internal sealed record TensorReport(string Name, string Type, IReadOnlyList<long> Dimensions, long Bytes);
