using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Decides what <see cref="MemoryPlan"/> describes. Pure: the same demand and machine give the same plan.</summary>
internal static class MemoryPlanner
{
    // A chat in less is no use, so layers leave a GPU before the context gets shorter than this.
    private const int ShortestForGpu = 4096;

    // Below this nothing is of use; a machine that lacks even that should hear it from the sum.
    private const int Shortest = 512;

    /// <summary>The plan.</summary>
    /// <exception cref="ModelMemoryException">It does not fit.</exception>
    public static MemoryPlan Plan(MemoryDemand demand, MachineMemory machine)
    {
        // Every token waits for the draft model several times, so it gets the fastest memory, and the model what is left.
        MemoryPlan? draft = demand.Draft is null ? null : Plan(demand.Draft, machine);
        return PlanAlone(demand, draft is null ? machine : machine.Without(draft)) with { Draft = draft };
    }

    private static MemoryPlan PlanAlone(MemoryDemand demand, MachineMemory machine)
    {
        GpuRoom gpus = GpuRoom.Of(demand, machine);
        (int context, int layers) = ChooseOnGpus(demand, gpus);
        context = ShortenForHost(demand, machine.Host, context, layers);
        int cells = CachePool.Choose(demand, gpus, machine.Host, context, layers);
        MemoryPlan plan = new PlanBuilder(demand, machine, gpus).Build(context, cells, layers);
        long available = ByteSum.Left(machine.Host.FreeBytes, plan.Host.ReserveBytes);
        return Needed(plan, demand) <= available
            ? plan
            : throw ExceptionFactory.ModelMemory(
                $"{demand.Name} with a context of {context} tokens and {plan.GpuLayers} of {plan.LayerCount} layers on GPUs",
                Needed(plan, demand),
                available,
                "Load it with a smaller ContextLength, or free memory.");
    }

    // Mapped weights can be given back, so they need no memory to be there.
    private static long Needed(MemoryPlan plan, MemoryDemand demand)
    {
        long shared = ByteSum.Of(plan.Gpus.Where(static gpu => gpu.Device.SharesHostMemory).Select(static gpu => gpu.TotalBytes));
        long weights = demand.Options.UseMemoryMapping ? 0 : plan.Host.WeightBytes;
        return ByteSum.Of(weights, plan.Host.KeyValueCacheBytes, plan.Host.ComputeBufferBytes, shared);
    }

    private static (int Context, int Layers) ChooseOnGpus(MemoryDemand demand, GpuRoom gpus)
    {
        LocalModelOptions options = demand.Options;
        int most = Math.Min(options.GpuLayers ?? int.MaxValue, gpus.LayerCount);
        List<int> contexts = Contexts(demand);
        if (gpus.Count == 0 || most == 0)
        {
            return (contexts[0], 0);
        }

        if (options.GpuLayers is null && contexts.Count > 1)
        {
            contexts.RemoveAll(length => length < Math.Min(ShortestForGpu, contexts[0]));
        }

        int fallback = 0;
        foreach (int context in contexts)
        {
            if (gpus.Place(most, CachePool.Fewest(options, context)) is not null)
            {
                return (context, most);
            }

            fallback = gpus.MostLayers(most, CachePool.Fewest(options, context));
        }

        if (options.GpuLayers is not null)
        {
            int shortest = contexts[^1];
            throw ExceptionFactory.ModelMemory(
                $"{demand.Name} with {most} layers on GPUs and a context of {shortest} tokens",
                ByteSum.Of(gpus.Costs(most, CachePool.Fewest(options, shortest))),
                gpus.RoomBytes(CachePool.Fewest(options, shortest)),
                $"Ask for fewer GpuLayers (about {fallback} fit), or leave it to be chosen.");
        }

        // As many layers as the shortest context allows; then as much context as these layers allow.
        int best = fallback;
        return (contexts.First(context => best == 0 || gpus.Place(best, CachePool.Fewest(options, context)) is not null), best);
    }

    // What the host computes with may take half of its free memory, if nobody asked for more.
    private static int ShortenForHost(MemoryDemand demand, DeviceMemory host, int context, int gpuLayers)
    {
        while (demand.Options.ContextLength is null && context > Shortest)
        {
            HostNeed need = HostNeed.Of(demand, CachePool.Fewest(demand.Options, context), gpuLayers);
            if (ByteSum.Of(need.KeyValueBytes, need.ComputeBytes) <= host.FreeBytes / 2)
            {
                break;
            }

            context = Math.Max(context / 2, Shortest);
        }

        return context;
    }

    private static List<int> Contexts(MemoryDemand demand)
    {
        List<int> contexts = [demand.Options.ContextLength ?? demand.MostContext];
        while (demand.Options.ContextLength is null && contexts[^1] > Shortest)
        {
            contexts.Add(Math.Max(contexts[^1] / 2, Shortest));
        }

        return contexts;
    }
}
