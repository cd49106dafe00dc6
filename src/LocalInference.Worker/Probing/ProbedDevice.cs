using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>A device of the probed backend, ready to compute.</summary>
internal sealed unsafe class ProbedDevice : IDisposable
{
    // Two, because barriers and the split of rows between threads are part of what may fail.
    private const int Threads = 2;

    private readonly ggml_backend* _backend;

    public ProbedDevice(ggml_backend_reg* registry, ggml_backend_device* device, string name)
    {
        Name = name;
        Device = device;
        _backend = Ggml.ggml_backend_dev_init(device, null);
        if (_backend == null)
        {
            throw JobFailedException.NativeLibrary($"{name} could not be opened", NextSteps.Dependencies);
        }

        var setThreads = (delegate* unmanaged[Cdecl]<ggml_backend*, int, void>)Procedure(registry, "ggml_backend_set_n_threads"u8);
        if (setThreads != null)
        {
            setThreads(_backend, Threads);
        }

        WeightMemories = ListMemories(registry, device);
    }

    public string Name { get; }

    public ggml_backend_device* Device { get; }

    /// <summary>Where weights can lie: the device's own memory first.</summary>
    public IReadOnlyList<WeightMemory> WeightMemories { get; }

    /// <summary>Memory for inputs and results.</summary>
    public ggml_backend_buffer_type* Memory => Ggml.ggml_backend_dev_buffer_type(Device);

    public ggml_status Compute(ggml_cgraph* graph) => Ggml.ggml_backend_graph_compute(_backend, graph);

    public void Dispose() => Ggml.ggml_backend_free(_backend);

    private static List<WeightMemory> ListMemories(ggml_backend_reg* registry, ggml_backend_device* device)
    {
        List<WeightMemory> memories = [new(Ggml.ggml_backend_dev_buffer_type(device))];
        var getExtra = (delegate* unmanaged[Cdecl]<ggml_backend_device*, ggml_backend_buffer_type**>)Procedure(registry, "ggml_backend_dev_get_extra_bufts"u8);
        if (getExtra != null)
        {
            for (ggml_backend_buffer_type** extra = getExtra(device); *extra != null; extra++)
            {
                memories.Add(new(*extra));
            }
        }

        return memories;
    }

    private static void* Procedure(ggml_backend_reg* registry, ReadOnlySpan<byte> name)
    {
        // u8 literals end with a zero byte that their length does not count.
        fixed (byte* utf8 = name)
        {
            return Ggml.ggml_backend_reg_get_proc_address(registry, utf8);
        }
    }
}
