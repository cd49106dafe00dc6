using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libllama: the KV cache and saved states.</summary>
internal static unsafe partial class Llama
{
    // KV cache
    [LibraryImport(Library)]
    internal static partial llama_memory_i* llama_get_memory(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial void llama_memory_clear(llama_memory_i* mem, byte data);

    [LibraryImport(Library)]
    internal static partial byte llama_memory_seq_rm(llama_memory_i* mem, int seqId, int p0, int p1);

    [LibraryImport(Library)]
    internal static partial void llama_memory_seq_cp(llama_memory_i* mem, int seqIdSrc, int seqIdDst, int p0, int p1);

    [LibraryImport(Library)]
    internal static partial void llama_memory_seq_keep(llama_memory_i* mem, int seqId);

    [LibraryImport(Library)]
    internal static partial void llama_memory_seq_add(llama_memory_i* mem, int seqId, int p0, int p1, int delta);

    [LibraryImport(Library)]
    internal static partial int llama_memory_seq_pos_min(llama_memory_i* mem, int seqId);

    [LibraryImport(Library)]
    internal static partial int llama_memory_seq_pos_max(llama_memory_i* mem, int seqId);

    [LibraryImport(Library)]
    internal static partial byte llama_memory_can_shift(llama_memory_i* mem);

    // State of one sequence
    [LibraryImport(Library)]
    internal static partial nuint llama_state_seq_get_size_ext(llama_context* ctx, int seqId, uint flags);

    [LibraryImport(Library)]
    internal static partial nuint llama_state_seq_get_data_ext(llama_context* ctx, byte* dst, nuint size, int seqId, uint flags);

    [LibraryImport(Library)]
    internal static partial nuint llama_state_seq_set_data_ext(llama_context* ctx, byte* src, nuint size, int destSeqId, uint flags);
}
