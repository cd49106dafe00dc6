namespace LocalInference;

/// <summary>The types of safetensors that weights are read from; the format has more.</summary>
internal enum SafetensorsType
{
    F32,
    F16,
    BF16,
}
