using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libllama: process-wide functions. Names and signatures follow llama.h of llama.cpp v0.5.0; <c>bool</c> is one byte.</summary>
internal static unsafe partial class Llama
{
    internal const string Library = "llama";

    [LibraryImport(Library)]
    internal static partial byte* llama_version();

    [LibraryImport(Library)]
    internal static partial void llama_backend_init();

    [LibraryImport(Library)]
    internal static partial nuint llama_max_devices();

    [LibraryImport(Library)]
    internal static partial nuint llama_max_parallel_sequences();

    [LibraryImport(Library)]
    internal static partial byte llama_supports_mmap();

    [LibraryImport(Library)]
    internal static partial byte llama_supports_gpu_offload();

    [LibraryImport(Library)]
    internal static partial byte* llama_print_system_info();

    [LibraryImport(Library)]
    internal static partial void llama_log_set(delegate* unmanaged[Cdecl]<ggml_log_level, byte*, void*, void> logCallback, void* userData);

    [LibraryImport(Library)]
    internal static partial byte* llama_ftype_name(llama_ftype ftype);
}
