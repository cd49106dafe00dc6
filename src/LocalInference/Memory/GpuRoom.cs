using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>The GPUs that may be used for a model, and what fits them.</summary>
internal sealed class GpuRoom
{
    // llama_max_devices of llama.cpp v0.5.0.
    private const int MostDevices = 16;

    // What a driver, its libraries' workspaces and other programs' windows take without being asked, as far as it is not taken yet.
    private const long LeastReserve = 512L << 20;
    private const int ReserveShare = 20;

    private readonly long[] _free;
    private readonly long[] _costs;
    private readonly float[]? _shares;

    private GpuRoom(MemoryDemand demand, MachineMemory machine, List<int> indices, float[]? shares)
    {
        Demand = demand;
        _shares = shares;
        Indices = indices;
        Reserves = [.. indices.Select(index => ReserveOf(demand.Options, machine.Gpus[index]))];
        _free = [.. indices.Select((index, i) => ByteSum.Left(FreeOf(machine, machine.Gpus[index]), Reserves[i]))];
        _costs = [.. demand.Sizes.Layers.Select(static layer => layer.WeightBytes), ByteSum.Of(demand.Sizes.OutputBytes, demand.Sizes.TiedOutputBytes)];
    }

    /// <summary>What room is looked for.</summary>
    public MemoryDemand Demand { get; }

    /// <summary>Devices that may be used.</summary>
    public int Count => Indices.Count;

    /// <summary>Their places in the machine's list.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Bytes left alone on each.</summary>
    public IReadOnlyList<long> Reserves { get; }

    /// <summary>All layers, the output layer included.</summary>
    public int LayerCount => _costs.Length;

    /// <exception cref="GenerationException">An option names a GPU that is not there, or shares for fewer than there are.</exception>
    public static GpuRoom Of(MemoryDemand demand, MachineMemory machine)
    {
        LocalModelOptions options = demand.Options;
        int count = Math.Min(machine.Gpus.Count, MostDevices);
        List<int> indices = [.. Enumerable.Range(0, options.GpuLayers == 0 ? 0 : count)];
        if (options.MainGpu is { } main && indices.Count > 0)
        {
            indices = main < indices.Count ? [main] : throw ExceptionFactory.Option(nameof(options.MainGpu), "there is no such GPU", $"{main}", $"{count - 1}");
        }
        else if (options.TensorSplit is { Count: > 0 } split && indices.Count > 0)
        {
            indices = split.Count <= indices.Count
                ? [.. indices.Where(index => index < split.Count && split[index] > 0)]
                : throw ExceptionFactory.Option(nameof(options.TensorSplit), "it has more shares than there are GPUs", $"{split.Count}", $"{count}");
            return new GpuRoom(demand, machine, indices, [.. indices.Select(index => split[index])]);
        }

        return new GpuRoom(demand, machine, indices, shares: null);
    }

    /// <summary>Layers for each device when the last so many are to be on them, or <see langword="null"/>: they do not fit.</summary>
    /// <param name="layers">Layers, at least 1.</param>
    /// <param name="cacheLength">Tokens of the KV cache.</param>
    /// <param name="shareLeft">What part of each device's room is to stay free: one of so many; 0: none.</param>
    public int[]? Place(int layers, int cacheLength, int shareLeft = 0)
    {
        long compute = HostNeed.ComputeBytesOf(Demand, cacheLength);
        long[] room = [.. _free.Select(free => ByteSum.Left(free - (shareLeft == 0 ? 0 : free / shareLeft), compute))];
        long[] costs = Costs(layers, cacheLength);
        return _shares is null ? LayerPlacement.Balance(costs, room) : LayerPlacement.Split(costs, room, _shares);
    }

    /// <summary>The most layers, up to a number, that fit.</summary>
    public int MostLayers(int upTo, int cacheLength)
    {
        while (upTo > 0 && Place(upTo, cacheLength) is null)
        {
            upTo--;
        }

        return upTo;
    }

    /// <summary>Bytes of each of the last so many layers, keys and values included.</summary>
    public long[] Costs(int layers, int cacheLength)
    {
        int first = LayerCount - layers;
        var costs = new long[layers];
        for (int i = 0; i < layers; i++)
        {
            costs[i] = ByteSum.Of(WeightsOf(first + i), KeyValuesOf(first + i, cacheLength));
        }

        return costs;
    }

    /// <summary>Bytes for layers on all devices.</summary>
    public long RoomBytes(int cacheLength)
    {
        long compute = HostNeed.ComputeBytesOf(Demand, cacheLength);
        return ByteSum.Of(_free.Select(free => ByteSum.Left(free, compute)));
    }

    /// <summary>Bytes of a layer's weights on a GPU; the output layer is the last.</summary>
    public long WeightsOf(int layer) => _costs[layer];

    /// <summary>Bytes of a layer's keys and values; the output layer has none.</summary>
    public long KeyValuesOf(int layer, int cacheLength) =>
        layer < Demand.Sizes.Layers.Length ? HostNeed.KeyValueBytesOf(Demand, Demand.Sizes.Layers[layer], cacheLength) : 0;

    private static long ReserveOf(LocalModelOptions options, DeviceMemory device) =>
        options.GpuReserveBytes ?? Math.Max(LeastReserve, device.TotalBytes / ReserveShare);

    // The host computes in the same memory and needs some of it.
    private static long FreeOf(MachineMemory machine, DeviceMemory device) =>
        device.SharesHostMemory ? Math.Min(device.FreeBytes, machine.Host.FreeBytes / 4 * 3) : device.FreeBytes;
}
