namespace LocalInference;

/// <summary>What one layer takes.</summary>
/// <param name="WeightBytes">Bytes of its tensors.</param>
/// <param name="KeyValueElements">Elements that a token adds to its part of the KV cache.</param>
/// <param name="StateBytes">Bytes that it keeps for a sequence, however long that is; a recurrent layer's.</param>
internal readonly record struct LayerSize(long WeightBytes, long KeyValueElements, long StateBytes);
