using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml-base: process-wide functions and types of tensors.</summary>
internal static unsafe partial class Ggml
{
    internal const string Library = "ggml-base";

    /// <summary>GGML_MAX_N_THREADS of ggml.h. ggml allocates what it is asked for, and ends the process on an assertion much later.</summary>
    internal const int MaxThreads = 512;

    [LibraryImport(Library)]
    internal static partial byte* ggml_version();

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged[Cdecl]<byte*, void> ggml_set_abort_callback(delegate* unmanaged[Cdecl]<byte*, void> callback);

    [LibraryImport(Library)]
    internal static partial void ggml_log_set(delegate* unmanaged[Cdecl]<ggml_log_level, byte*, void*, void> logCallback, void* userData);

    [LibraryImport(Library)]
    internal static partial byte* ggml_type_name(ggml_type type);

    [LibraryImport(Library)]
    internal static partial nuint ggml_type_size(ggml_type type);

    [LibraryImport(Library)]
    internal static partial long ggml_blck_size(ggml_type type);

    [LibraryImport(Library)]
    internal static partial nuint ggml_row_size(ggml_type type, long ne);

    [LibraryImport(Library)]
    internal static partial byte ggml_is_quantized(ggml_type type);

    [LibraryImport(Library)]
    internal static partial void ggml_threadpool_params_init(ggml_threadpool_params* p, int nThreads);
}
