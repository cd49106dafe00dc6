using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference;

/// <summary>A device that can hold layers.</summary>
/// <param name="Handle">The <c>ggml_backend_dev_t</c>.</param>
/// <param name="Memory">Its memory when it was asked.</param>
internal sealed record GpuDevice(nint Handle, DeviceMemory Memory)
{
    /// <summary>
    /// Those that llama.cpp would choose by itself (llama_prepare_model_devices in llama.cpp of v0.5.0): every GPU once, though two
    /// backends may see it, and an integrated one only where there is no other.
    /// </summary>
    public static unsafe IReadOnlyList<GpuDevice> All()
    {
        List<GpuDevice> gpus = [];
        GpuDevice? integrated = null;
        HashSet<string> seen = new(StringComparer.Ordinal);
        nuint count = GgmlRegistry.ggml_backend_dev_count();
        for (nuint i = 0; i < count; i++)
        {
            ggml_backend_device* device = GgmlRegistry.ggml_backend_dev_get(i);
            ggml_backend_dev_type type = Ggml.ggml_backend_dev_type(device);
            if (type is not (ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_GPU or ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_IGPU))
            {
                continue;
            }

            ggml_backend_dev_props props;
            Ggml.ggml_backend_dev_get_props(device, &props);
            if (Marshal.PtrToStringUTF8((nint)props.device_id) is { } id && !seen.Add(id))
            {
                continue;
            }

            bool isIntegrated = type == ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_IGPU;
            GpuDevice gpu = new((nint)device, MemoryOf(props, isIntegrated));
            if (isIntegrated)
            {
                integrated ??= gpu;
            }
            else
            {
                gpus.Add(gpu);
            }
        }

        return gpus.Count == 0 && integrated is not null ? [integrated] : gpus;
    }

    private static unsafe DeviceMemory MemoryOf(ggml_backend_dev_props props, bool isIntegrated)
    {
        // Some backends do not know; llama.cpp counts on the host's memory then.
        bool isKnown = props.memory_total != 0;
        return new DeviceMemory
        {
            Name = Marshal.PtrToStringUTF8((nint)props.name) ?? "",
            Description = Marshal.PtrToStringUTF8((nint)props.description) ?? "",
            FreeBytes = isKnown ? (long)props.memory_free : FreeMemory.Read(),
            TotalBytes = isKnown ? (long)props.memory_total : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            SharesHostMemory = isIntegrated || !isKnown,
        };
    }
}
