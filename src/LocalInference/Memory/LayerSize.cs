namespace LocalInference;

/// <summary>What one layer takes.</summary>
/// <param name="WeightBytes">Bytes of its tensors.</param>
/// <param name="KeyValueElements">Elements that a token adds to its part of the KV cache.</param>
internal readonly record struct LayerSize(long WeightBytes, long KeyValueElements);
