namespace LocalInference.Gguf;

/// <summary>How much of a model is stored as one tensor type.</summary>
/// <param name="Type">The type.</param>
/// <param name="Tensors">How many tensors have it.</param>
/// <param name="Elements">Their elements together.</param>
/// <param name="Bytes">Their bytes together, without padding.</param>
public sealed record GgufTensorTypeUsage(GgufTensorType Type, int Tensors, long Elements, long Bytes);
