using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml-base: number formats. These run the portable reference code, never a backend.</summary>
internal static unsafe partial class Ggml
{
    [LibraryImport(Library)]
    internal static partial ggml_type_traits* ggml_get_type_traits(ggml_type type);

    [LibraryImport(Library)]
    internal static partial nuint ggml_quantize_chunk(ggml_type type, float* src, void* dst, long start, long nrows, long nPerRow, float* imatrix);

    [LibraryImport(Library)]
    internal static partial void ggml_fp16_to_fp32_row(ushort* x, float* y, long n);

    [LibraryImport(Library)]
    internal static partial void ggml_fp32_to_fp16_row(float* x, ushort* y, long n);

    [LibraryImport(Library)]
    internal static partial void ggml_bf16_to_fp32_row(ushort* x, float* y, long n);

    [LibraryImport(Library)]
    internal static partial void ggml_fp32_to_bf16_row(float* x, ushort* y, long n);
}
