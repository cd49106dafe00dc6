namespace LocalInference.Cli.Inspect;

/// <summary>A row of the tensor table: all tensors of one type.</summary>
internal sealed record TensorTypeReport(string Type, int Tensors, long Elements, long Bytes);
