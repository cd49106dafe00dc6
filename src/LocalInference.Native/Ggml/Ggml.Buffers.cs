using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml-base: memory of a device, and tensors in it.</summary>
internal static unsafe partial class Ggml
{
    // Buffer types
    [LibraryImport(Library)]
    internal static partial byte* ggml_backend_buft_name(ggml_backend_buffer_type* buft);

    [LibraryImport(Library)]
    internal static partial ggml_backend_buffer* ggml_backend_buft_alloc_buffer(ggml_backend_buffer_type* buft, nuint size);

    [LibraryImport(Library)]
    internal static partial byte ggml_backend_buft_is_host(ggml_backend_buffer_type* buft);

    [LibraryImport(Library)]
    internal static partial ggml_backend_buffer_type* ggml_backend_cpu_buffer_type();

    // Buffers
    [LibraryImport(Library)]
    internal static partial ggml_backend_buffer* ggml_backend_alloc_buffer(ggml_backend* backend, nuint size);

    [LibraryImport(Library)]
    internal static partial ggml_backend_buffer* ggml_backend_alloc_ctx_tensors(ggml_context* ctx, ggml_backend* backend);

    [LibraryImport(Library)]
    internal static partial ggml_backend_buffer* ggml_backend_alloc_ctx_tensors_from_buft(ggml_context* ctx, ggml_backend_buffer_type* buft);

    [LibraryImport(Library)]
    internal static partial ggml_backend_buffer* ggml_backend_cpu_buffer_from_ptr(void* ptr, nuint size);

    [LibraryImport(Library)]
    internal static partial void ggml_backend_buffer_free(ggml_backend_buffer* buffer);

    [LibraryImport(Library)]
    internal static partial void* ggml_backend_buffer_get_base(ggml_backend_buffer* buffer);

    [LibraryImport(Library)]
    internal static partial nuint ggml_backend_buffer_get_size(ggml_backend_buffer* buffer);

    [LibraryImport(Library)]
    internal static partial void ggml_backend_buffer_clear(ggml_backend_buffer* buffer, byte value);

    [LibraryImport(Library)]
    internal static partial byte ggml_backend_buffer_is_host(ggml_backend_buffer* buffer);

    [LibraryImport(Library)]
    internal static partial void ggml_backend_buffer_set_usage(ggml_backend_buffer* buffer, ggml_backend_buffer_usage usage);

    // Tensors
    [LibraryImport(Library)]
    internal static partial ggml_status ggml_backend_tensor_alloc(ggml_backend_buffer* buffer, ggml_tensor* tensor, void* addr);

    [LibraryImport(Library)]
    internal static partial void ggml_backend_tensor_set(ggml_tensor* tensor, void* data, nuint offset, nuint size);

    [LibraryImport(Library)]
    internal static partial void ggml_backend_tensor_get(ggml_tensor* tensor, void* data, nuint offset, nuint size);

    [LibraryImport(Library)]
    internal static partial void ggml_backend_tensor_memset(ggml_tensor* tensor, byte value, nuint offset, nuint size);
}
