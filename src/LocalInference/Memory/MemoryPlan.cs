using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// Where a model's weights, keys and values and buffers are to lie, and how large its context is: what loading it would do, without
/// loading it. Weights are exact; keys and values too, for models whose layers all keep every token; compute buffers are those that
/// <see cref="MemoryEstimate"/> expects. Immutable.
/// <para>A context that nobody asked for is the model's own, at most 32,768 tokens. It is halved, down to 4,096, before a layer leaves
/// the GPUs: a layer on the CPU costs every token time, a long context costs memory only until somebody needs it. It is halved
/// further, down to 512, until what the host computes with takes no more than half of the host's free memory. A context that was asked
/// for stays, and layers leave.</para>
/// <para>A <see cref="LocalModelOptions.BatchSize"/> of the default 512 is halved, down to 64, before the context is, and before a model
/// is refused; another one stays. Where only a part of the layers lies on GPUs the context is halved first: the weights of the others go
/// to a GPU once for each batch.</para>
/// <para>The last layers are those on the GPUs. One GPU takes all of them if it can; otherwise they are spread so that every GPU is
/// about equally full.</para>
/// </summary>
public sealed record MemoryPlan
{
    internal MemoryPlan()
    {
    }

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Tokens that the KV cache holds for all requests together.</summary>
    public required int CacheLength { get; init; }

    /// <summary>Most tokens computed in one step; no more than the context has.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The model's layers; the output layer counts as one, as llama.cpp counts it.</summary>
    public required int LayerCount { get; init; }

    /// <summary>How many of them lie on GPUs.</summary>
    public int GpuLayers => Gpus.Sum(static gpu => gpu.Layers);

    /// <summary>What the host holds: the token embedding, and the layers that are on no GPU.</summary>
    public required DevicePlan Host { get; init; }

    /// <summary>What each GPU that is used holds, in the order of their layers.</summary>
    public required IReadOnlyList<DevicePlan> Gpus { get; init; }

    /// <summary>
    /// The host's weights do not fit its free memory and stay in the mapped file: they are read from it as they are needed, which is
    /// slow, and are not rearranged for the CPU's matrix instructions, which would take memory.
    /// </summary>
    public required bool LeavesWeightsInFile { get; init; }

    /// <summary>Bytes of the experts of a mixture-of-experts model, on whichever devices; part of the weights.</summary>
    public required long ExpertBytes { get; init; }

    /// <summary>Where the draft model is to lie; <see langword="null"/>: there is none.</summary>
    public MemoryPlan? Draft { get; init; }

    /// <summary>Bytes on GPUs, those of the draft model included.</summary>
    public long GpuBytes => ByteSum.Of([.. Gpus.Select(static gpu => gpu.TotalBytes), Draft?.GpuBytes ?? 0]);

    /// <summary>Bytes on the host, mapped weights and those of the draft model included.</summary>
    public long HostBytes => ByteSum.Of(Host.TotalBytes, Draft?.HostBytes ?? 0);

    /// <summary>Bytes on all devices, mapped weights included.</summary>
    public long TotalBytes => ByteSum.Of(HostBytes, GpuBytes);

    /// <summary>Plans for this machine as it is now. llama.cpp is loaded, to ask for its devices; the model is not.</summary>
    /// <param name="file">The model.</param>
    /// <param name="options">How it would be loaded; <see langword="null"/>: defaults.</param>
    /// <exception cref="ModelMemoryException">It does not fit; the error has the figures.</exception>
    public static MemoryPlan Of(GgufFile file, LocalModelOptions? options = null)
    {
        MachineMemory machine = MachineMemory.Read();
        return Of(file, options, machine.Host, machine.Gpus);
    }

    /// <summary>Plans for given devices. Nothing is asked of this machine.</summary>
    /// <param name="file">The model.</param>
    /// <param name="options">How it would be loaded; <see langword="null"/>: defaults.</param>
    /// <param name="host">The host's memory.</param>
    /// <param name="gpus">The GPUs, in the order in which they get layers; none: all layers are the host's.</param>
    /// <exception cref="ModelMemoryException">It does not fit; the error has the figures.</exception>
    public static MemoryPlan Of(GgufFile file, LocalModelOptions? options, DeviceMemory host, IReadOnlyList<DeviceMemory> gpus)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(gpus);
        options ??= new LocalModelOptions();
        MemoryDemand demand = MemoryDemand.Of(file.Path, file.Metadata, file.Tensors, file.Describe(), options);
        return MemoryPlanner.Plan(demand with { Draft = ModelLoader.PrepareDraft(options)?.Demand }, new MachineMemory(host, gpus));
    }
}
