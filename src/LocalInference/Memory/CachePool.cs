namespace LocalInference;

/// <summary>
/// Chooses for how many tokens the KV cache has cells. A unified one has those of one request at least; what is more lets requests
/// run side by side. Otherwise each request has its own.
/// </summary>
internal static class CachePool
{
    // More than one request's worth of cells is a cache; on the host it may not take what the application needs, and on a GPU it
    // leaves a part of the room for the next model.
    private const long MostHostBytes = 512L << 20;
    private const int ShareOfHostMemory = 8;
    private const int ShareLeftOnGpus = 4;

    // llama.cpp rounds up to it, for each request (llama_context's constructor).
    private const int StreamStep = 256;

    /// <summary>The fewest cells with which requests may have so many tokens.</summary>
    public static int Fewest(LocalModelOptions options, int context) => options.UnifiedCache
        ? Math.Max(context, options.CacheLength ?? 0)
        : (int)Math.Min(((long)context + StreamStep - 1) / StreamStep * StreamStep * ParallelOf(options), int.MaxValue);

    public static int Choose(MemoryDemand demand, GpuRoom gpus, DeviceMemory host, int context, int gpuLayers)
    {
        if (demand.Options is { CacheLength: not null } or { UnifiedCache: false })
        {
            return Fewest(demand.Options, context);
        }

        int parallel = ParallelOf(demand.Options);
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

    private static int ParallelOf(LocalModelOptions options) => options.Parallel ?? ContextPlan.DefaultParallel;
}
