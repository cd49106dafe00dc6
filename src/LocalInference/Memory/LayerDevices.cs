namespace LocalInference;

/// <summary>A plan's GPUs as <c>llama_model_params</c> wants them.</summary>
internal sealed class LayerDevices
{
    // llama.cpp copies llama_max_devices() shares, however many devices there are (llama_model::impl in v0.5.0).
    private const int MostDevices = 16;

    private LayerDevices(nint[] handles, float[] shares)
    {
        Handles = handles;
        Shares = shares;
    }

    /// <summary>The devices, and a zero behind them. With no device before it llama.cpp uses none.</summary>
    public nint[] Handles { get; }

    /// <summary>
    /// Layers of each device. Layer i of n goes to the first device whose running sum of shares, over the sum of all, is above i / n
    /// (get_layer_buft_list in llama-model.cpp): with whole layers as shares both sides round alike, and each device gets its own.
    /// </summary>
    public float[] Shares { get; }

    public static LayerDevices Of(MemoryPlan memory)
    {
        var handles = new nint[MostDevices + 1];
        var shares = new float[MostDevices];
        if (memory.Gpus.Count > 0)
        {
            IReadOnlyList<GpuDevice> devices = GpuDevice.All();
            for (int i = 0; i < memory.Gpus.Count; i++)
            {
                handles[i] = devices[memory.Gpus[i].Index].Handle;
                shares[i] = memory.Gpus[i].Layers;
            }
        }

        return new LayerDevices(handles, shares);
    }
}
