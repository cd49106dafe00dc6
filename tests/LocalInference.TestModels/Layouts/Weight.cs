using LocalInference.Gguf;

namespace LocalInference.TestModels;

/// <summary>A tensor of a model and the range of its random values.</summary>
/// <param name="Definition">Name, type and shape.</param>
/// <param name="Center">The mean of the values.</param>
/// <param name="Amplitude">How far they reach to both sides of it.</param>
internal sealed record Weight(GgufTensorDefinition Definition, float Center, float Amplitude);
