namespace LocalInference.Abstractions;

/// <summary>A tensor of a model's file. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its numbers are stored, in llama.cpp's words: <c>F32</c>, <c>Q4_K</c>, …</param>
/// <param name="Shape">Its lengths, as the file has them: that of a row first.</param>
public sealed record TensorDescription(string Name, string Type, IReadOnlyList<long> Shape);
