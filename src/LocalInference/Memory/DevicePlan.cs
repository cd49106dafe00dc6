namespace LocalInference;

/// <summary>What a model is to take of one device's memory. Immutable.</summary>
public sealed record DevicePlan
{
    /// <summary>The device, with its memory at the time of planning.</summary>
    public required DeviceMemory Device { get; init; }

    /// <summary>Layers it holds; the output layer counts as one, as llama.cpp counts it.</summary>
    public required int Layers { get; init; }

    /// <summary>Bytes of their weights, and on the host of the token embedding.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Bytes of their keys and values, and of the states that recurrent ones keep for each request.</summary>
    public required long KeyValueCacheBytes { get; init; }

    /// <summary>Bytes that computing one batch takes.</summary>
    public required long ComputeBufferBytes { get; init; }

    /// <summary>Bytes that are left alone.</summary>
    public required long ReserveBytes { get; init; }

    /// <summary>Weights, keys and values, and buffers together.</summary>
    public long TotalBytes => ByteSum.Of(WeightBytes, KeyValueCacheBytes, ComputeBufferBytes);

    /// <summary>Its place in the list that the plan was made for; -1 for the host.</summary>
    internal int Index { get; init; } = -1;
}
