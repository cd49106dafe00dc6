namespace LocalInference;

/// <summary>Writes down what was decided, device by device.</summary>
internal sealed class PlanBuilder(MachineMemory machine, GpuRoom gpus)
{
    // The host application and its neighbours need some of what is free now.
    private const long MostHostReserve = 512L << 20;
    private const int HostReserveShare = 16;

    private MemoryDemand Demand => gpus.Demand;

    public MemoryPlan Build(int context, int cacheLength, int gpuLayers)
    {
        HostNeed need = HostNeed.Of(Demand, cacheLength, gpuLayers);
        List<DevicePlan> devices = gpuLayers == 0 ? [] : Devices(cacheLength, gpuLayers);
        DevicePlan host = new()
        {
            Device = machine.Host,
            Layers = gpus.LayerCount - gpuLayers,
            WeightBytes = need.WeightBytes,
            KeyValueCacheBytes = need.KeyValueBytes,
            ComputeBufferBytes = need.ComputeBytes,
            ReserveBytes = Math.Min(MostHostReserve, machine.Host.FreeBytes / HostReserveShare),
        };
        long shared = ByteSum.Of(devices.Where(static device => device.Device.SharesHostMemory).Select(static device => device.TotalBytes));
        return new MemoryPlan
        {
            ContextLength = context,
            CacheLength = cacheLength,
            BatchSize = Math.Min(Demand.Options.BatchSize, context),
            LayerCount = gpus.LayerCount,
            Host = host,
            Gpus = devices,
            LeavesWeightsInFile = Demand.Options.UseMemoryMapping && ByteSum.Of(host.TotalBytes, shared) > ByteSum.Left(machine.Host.FreeBytes, host.ReserveBytes),
            ExpertBytes = Demand.Sizes.ExpertBytes,
        };
    }

    private List<DevicePlan> Devices(int cacheLength, int gpuLayers)
    {
        // The planner has found that they fit.
        int[] counts = gpus.Place(gpuLayers, cacheLength)!;
        List<DevicePlan> devices = [];
        int layer = gpus.LayerCount - gpuLayers;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0)
            {
                continue;
            }

            IEnumerable<int> own = Enumerable.Range(layer, counts[i]);
            layer += counts[i];
            devices.Add(new DevicePlan
            {
                Index = gpus.Indices[i],
                Device = machine.Gpus[gpus.Indices[i]],
                Layers = counts[i],
                WeightBytes = ByteSum.Of(own.Select(gpus.WeightsOf)),
                KeyValueCacheBytes = ByteSum.Of(own.Select(each => gpus.KeyValuesOf(each, cacheLength))),
                ComputeBufferBytes = HostNeed.ComputeBytesOf(Demand, cacheLength),
                ReserveBytes = gpus.Reserves[i],
            });
        }

        return devices;
    }
}
