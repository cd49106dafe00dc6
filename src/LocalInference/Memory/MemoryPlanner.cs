using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Decides what <see cref="MemoryPlan"/> describes. Pure: the same demand and machine give the same plan.</summary>
internal static class MemoryPlanner
{
    // A chat in less is no use, so layers leave a GPU before the context gets shorter than this.
    private const int ShortestForGpu = 4096;

    // Below this nothing is of use; a machine that lacks even that should hear it from the sum.
    private const int Shortest = 512;

    // A step of fewer rows reads all weights for hardly any of them.
    private const int SmallestBatch = 64;

    // The options do not tell whether it was asked for.
    private static readonly int s_usualBatch = new LocalModelOptions().BatchSize;

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
        GpuRoom[] rooms = [.. Batches(demand).Select(each => GpuRoom.Of(each, machine))];
        (int context, int layers, int batch) = ChooseOnGpus(rooms);
        (context, batch) = ShortenForHost(rooms, machine.Host, context, layers, batch);
        while (true)
        {
            GpuRoom gpus = rooms[batch];
            int cells = CachePool.Choose(gpus.Demand, gpus, machine.Host, context, layers);
            MemoryPlan plan = new PlanBuilder(machine, gpus).Build(context, cells, layers);
            long available = ByteSum.Left(machine.Host.FreeBytes, plan.Host.ReserveBytes);
            if (Needed(plan, demand) <= available)
            {
                return plan;
            }

            batch++;
            if (batch == rooms.Length)
            {
                throw ExceptionFactory.ModelMemory(
                    $"{demand.Name} with a context of {context} tokens, {plan.BatchSize} of them computed at once, and {plan.GpuLayers} of {plan.LayerCount} layers on GPUs",
                    Needed(plan, demand),
                    available,
                    "Load it with a smaller ContextLength, or free memory.");
            }
        }
    }

    // The batch that nobody asked for, and what may be taken in its place.
    private static List<MemoryDemand> Batches(MemoryDemand demand)
    {
        List<MemoryDemand> batches = [demand];
        for (int size = demand.Options.BatchSize / 2; demand.Options.BatchSize == s_usualBatch && size >= SmallestBatch; size /= 2)
        {
            batches.Add(demand with { Options = demand.Options with { BatchSize = size } });
        }

        return batches;
    }

    // Mapped weights can be given back, so they need no memory to be there.
    private static long Needed(MemoryPlan plan, MemoryDemand demand)
    {
        long shared = ByteSum.Of(plan.Gpus.Where(static gpu => gpu.Device.SharesHostMemory).Select(static gpu => gpu.TotalBytes));
        long weights = demand.Options.UseMemoryMapping ? 0 : plan.Host.WeightBytes;
        return ByteSum.Of(weights, plan.Host.KeyValueCacheBytes, plan.Host.ComputeBufferBytes, shared);
    }

    private static (int Context, int Layers, int Batch) ChooseOnGpus(GpuRoom[] rooms)
    {
        GpuRoom usual = rooms[0], tight = rooms[^1];
        LocalModelOptions options = usual.Demand.Options;
        int most = Math.Min(options.GpuLayers ?? int.MaxValue, usual.LayerCount);
        List<int> contexts = Contexts(usual.Demand);
        if (usual.Count == 0 || most == 0)
        {
            return (contexts[0], 0, 0);
        }

        int shortest = Math.Min(ShortestForGpu, contexts[0]);
        List<int> useful = contexts.FindAll(length => length >= shortest);
        contexts = options.GpuLayers is null ? useful : contexts;

        // A useful context with the usual batch comes before a longer one with a smaller batch.
        (int Context, int Batch)? fit = IsSplit(usual, most) ? Fit(rooms[..1], useful, most) : null;
        fit ??= Fit(rooms, contexts, most);
        if (fit is { } found)
        {
            return (found.Context, most, found.Batch);
        }

        int fewest = CachePool.Fewest(options, contexts[^1]);
        if (options.GpuLayers is not null)
        {
            throw ExceptionFactory.ModelMemory(
                $"{usual.Demand.Name} with {most} layers on GPUs and a context of {contexts[^1]} tokens",
                ByteSum.Of(tight.Costs(most, fewest)),
                tight.RoomBytes(fewest),
                $"Ask for fewer GpuLayers (about {tight.MostLayers(most, fewest)} fit), or leave it to be chosen.");
        }

        // As many layers as the shortest context allows; then as much context as these layers allow. The batch stays (see IsSplit): a small
        // one would cost more than a layer gains.
        int best = usual.MostLayers(most, fewest);
        return (contexts.First(context => best == 0 || usual.Place(best, CachePool.Fewest(options, context)) is not null), best, 0);
    }

    // Whether layers stay on the host while others are on a GPU. Their weights go to that GPU once for each batch (ggml_backend_sched's
    // offloading of operations), so a small one costs far more than where all layers lie together, and a shorter context is the smaller
    // loss.
    private static bool IsSplit(GpuRoom room, int gpuLayers) => gpuLayers > 0 && gpuLayers < room.LayerCount;

    // The longest context, and with it the largest batch, for which so many layers fit.
    private static (int Context, int Batch)? Fit(GpuRoom[] rooms, List<int> contexts, int layers)
    {
        foreach (int context in contexts)
        {
            int cells = CachePool.Fewest(rooms[0].Demand.Options, context);
            int batch = Array.FindIndex(rooms, room => room.Place(layers, cells) is not null);
            if (batch >= 0)
            {
                return (context, batch);
            }
        }

        return null;
    }

    // What the host computes with may take half of its free memory, if nobody asked for more.
    private static (int Context, int Batch) ShortenForHost(GpuRoom[] rooms, DeviceMemory host, int context, int gpuLayers, int batch)
    {
        LocalModelOptions options = rooms[batch].Demand.Options;
        int batches = IsSplit(rooms[batch], gpuLayers) ? 1 : rooms.Length - batch;
        while (options.ContextLength is null)
        {
            int cells = CachePool.Fewest(options, context);
            int fit = Array.FindIndex(rooms, batch, batches, room => IsModest(HostNeed.Of(room.Demand, cells, gpuLayers)));
            if (fit >= 0)
            {
                return (context, fit);
            }

            if (context <= Shortest)
            {
                break;
            }

            context = Math.Max(context / 2, Shortest);
        }

        return (context, batch);

        bool IsModest(HostNeed need) => ByteSum.Of(need.KeyValueBytes, need.ComputeBytes) <= host.FreeBytes / 2;
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
