using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml: the registry of backends and devices, and loading them from files.</summary>
internal static unsafe partial class GgmlRegistry
{
    internal const string Library = "ggml";

    [LibraryImport(Library)]
    internal static partial ggml_backend_reg* ggml_backend_load(byte* path);

    [LibraryImport(Library)]
    internal static partial nuint ggml_backend_reg_count();

    [LibraryImport(Library)]
    internal static partial ggml_backend_reg* ggml_backend_reg_get(nuint index);

    [LibraryImport(Library)]
    internal static partial ggml_backend_reg* ggml_backend_reg_by_name(byte* name);

    [LibraryImport(Library)]
    internal static partial nuint ggml_backend_dev_count();

    [LibraryImport(Library)]
    internal static partial ggml_backend_device* ggml_backend_dev_get(nuint index);

    [LibraryImport(Library)]
    internal static partial ggml_backend_device* ggml_backend_dev_by_type(ggml_backend_dev_type type);
}
