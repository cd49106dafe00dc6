namespace LocalInference;

/// <summary>What the host holds when the last layers lie on GPUs.</summary>
/// <param name="WeightBytes">Bytes of the embedding and of the layers that stay.</param>
/// <param name="KeyValueBytes">Bytes of the keys and values of these layers, and of the states of those that are recurrent.</param>
/// <param name="ComputeBytes">Bytes of the compute buffer.</param>
internal readonly record struct HostNeed(long WeightBytes, long KeyValueBytes, long ComputeBytes)
{
    public static HostNeed Of(MemoryDemand demand, int cacheLength, int gpuLayers)
    {
        // The output layer is the first to leave the host, then the last of the others.
        int own = Math.Min(demand.Sizes.Layers.Length, demand.Sizes.Layers.Length + 1 - gpuLayers);
        Int128 weights = demand.Sizes.InputBytes + (gpuLayers == 0 ? (Int128)demand.Sizes.OutputBytes : 0);
        Int128 cache = 0;
        foreach (LayerSize layer in demand.Sizes.Layers.AsSpan(0, own))
        {
            weights += layer.WeightBytes;
            cache += KeyValueBytesOf(demand, layer, cacheLength);
        }

        // With all layers away the host still looks up the tokens and makes the mask; that is less, and never more, than this.
        return new(ByteSum.Limit(weights), ByteSum.Limit(cache), ComputeBytesOf(demand, cacheLength));
    }

    public static long KeyValueBytesOf(MemoryDemand demand, LayerSize layer, int cacheLength) =>
        ByteSum.Limit(
            (Int128)((double)layer.KeyValueElements * MemoryEstimate.CellsOf(cacheLength) * demand.BytesPerElement)
            + ((Int128)layer.StateBytes * ContextPlan.ParallelOfRecurrent(demand.Options)));

    public static long ComputeBytesOf(MemoryDemand demand, int cacheLength) =>
        MemoryEstimate.Of(demand.Model, cacheLength, demand.Options.BatchSize).ComputeBufferBytes ?? 0;
}
