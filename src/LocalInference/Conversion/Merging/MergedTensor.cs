using LocalInference.Gguf;

namespace LocalInference;

/// <summary>A tensor of a merged model.</summary>
/// <param name="Source">The model's own, that it is made of.</param>
/// <param name="Definition">What is written.</param>
/// <param name="IsChanged">Whether adapters change it; otherwise it is copied.</param>
internal sealed record MergedTensor(GgufTensorInfo Source, GgufTensorDefinition Definition, bool IsChanged);
