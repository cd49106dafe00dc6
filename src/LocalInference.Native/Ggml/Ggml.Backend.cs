using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml-base: backends and devices.</summary>
internal static unsafe partial class Ggml
{
    // Registries and devices
    [LibraryImport(Library)]
    internal static partial byte* ggml_backend_reg_name(ggml_backend_reg* reg);

    [LibraryImport(Library)]
    internal static partial nuint ggml_backend_reg_dev_count(ggml_backend_reg* reg);

    [LibraryImport(Library)]
    internal static partial ggml_backend_device* ggml_backend_reg_dev_get(ggml_backend_reg* reg, nuint index);

    [LibraryImport(Library)]
    internal static partial void* ggml_backend_reg_get_proc_address(ggml_backend_reg* reg, byte* name);

    [LibraryImport(Library)]
    internal static partial byte* ggml_backend_dev_name(ggml_backend_device* device);

    [LibraryImport(Library)]
    internal static partial byte* ggml_backend_dev_description(ggml_backend_device* device);

    [LibraryImport(Library)]
    internal static partial void ggml_backend_dev_memory(ggml_backend_device* device, nuint* free, nuint* total);

    [LibraryImport(Library)]
    internal static partial ggml_backend_dev_type ggml_backend_dev_type(ggml_backend_device* device);

    [LibraryImport(Library)]
    internal static partial void ggml_backend_dev_get_props(ggml_backend_device* device, ggml_backend_dev_props* props);

    [LibraryImport(Library)]
    internal static partial ggml_backend* ggml_backend_dev_init(ggml_backend_device* device, byte* parameters);

    [LibraryImport(Library)]
    internal static partial ggml_backend_buffer_type* ggml_backend_dev_buffer_type(ggml_backend_device* device);

    [LibraryImport(Library)]
    internal static partial byte ggml_backend_dev_supports_op(ggml_backend_device* device, ggml_tensor* op);

    // Backends
    [LibraryImport(Library)]
    internal static partial ggml_backend_buffer_type* ggml_backend_get_default_buffer_type(ggml_backend* backend);

    [LibraryImport(Library)]
    internal static partial byte ggml_backend_supports_op(ggml_backend* backend, ggml_tensor* op);

    [LibraryImport(Library)]
    internal static partial void ggml_backend_free(ggml_backend* backend);

    [LibraryImport(Library)]
    internal static partial ggml_status ggml_backend_graph_compute(ggml_backend* backend, ggml_cgraph* cgraph);
}
