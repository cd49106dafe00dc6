namespace LocalInference;

/// <summary>Chooses for how many tokens the KV cache has cells: those of one request at least; what is more lets requests run side by side.</summary>
internal static class CachePool
{
    // More than one request's worth of cells is a cache; on the host it may not take what the application needs, and on a GPU it
    // leaves a part of the room for the next model.
    private const long MostHostBytes = 512L << 20;
    private const int ShareOfHostMemory = 8;
    private const int ShareLeftOnGpus = 4;

    public static int Choose(MemoryDemand demand, GpuRoom gpus, DeviceMemory host, int context, int gpuLayers)
    {
        if (demand.Options.CacheLength is { } asked)
        {
            return Math.Max(context, asked);
        }

        int parallel = demand.Options.Parallel ?? ContextPlan.DefaultParallel;
        long hostBytes = Math.Min(MostHostBytes, host.FreeBytes / ShareOfHostMemory);
        long all = (long)context * parallel;
        if (gpuLayers == 0)
        {
            Int128 perToken = 0;
            foreach (LayerSize layer in demand.Sizes.Layers)
            {
                perToken += layer.KeyValueElements;
            }

            return perToken == 0 ? context : (int)Math.Max(context, Math.Min(Math.Min(all, int.MaxValue), hostBytes / ((double)perToken * demand.BytesPerElement)));
        }

        for (int requests = parallel; requests > 1; requests--)
        {
            int length = (int)Math.Min((long)context * requests, int.MaxValue);
            if (HostNeed.Of(demand, length, gpuLayers).KeyValueBytes <= hostBytes && gpus.Place(gpuLayers, length, ShareLeftOnGpus) is not null)
            {
                return length;
            }
        }

        return context;
    }
}
