using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>
/// Asks the loaded library itself whether our structs are its structs. Each <c>llama_*_default_params</c> returns a struct
/// by value; the caller hands in the room for it. We hand in more room than any release needs, filled with a pattern, and see
/// which bytes the library wrote and whether the values lie where our fields expect the documented defaults.
/// </summary>
internal static unsafe class LayoutCheck
{
    private const int Room = 1024;
    private const byte Pattern = 0xA5;

    // LLAMA_QUANT_MAX_BUF_SIZE of llama-quant.cpp.
    private static readonly nuint s_defaultMaxBufferSize = unchecked((nuint)(8UL << 30));

    /// <summary>The first difference found, or <see langword="null"/> when the layouts agree.</summary>
    public static string? FindDifference(nint llama) =>
        CheckModelParams(llama) ?? CheckContextParams(llama) ?? CheckQuantizeParams(llama) ?? CheckThreadpoolParams();

    private static string? CheckModelParams(nint llama)
    {
        if (Read(llama, "llama_model_default_params", out llama_model_params p) is { } difference)
        {
            return difference;
        }

        bool same = p.devices == null && p.tensor_buft_overrides == null && p.n_gpu_layers == -1
            && p.split_mode == llama_split_mode.LLAMA_SPLIT_MODE_LAYER && p.load_mode == llama_load_mode.LLAMA_LOAD_MODE_AUTO
            && p.lazy_mode == llama_lazy_mode.LLAMA_LAZY_MODE_AUTO && p.main_gpu == 0 && p.tensor_split == null
            && p.progress_callback == null && p.kv_overrides == null
            && p is { vocab_only: 0, check_tensors: 0, use_extra_bufts: 1, no_host: 0, no_alloc: 0, load_mtp: 0 };
        return same ? null : "llama_model_params has other defaults";
    }

    private static string? CheckContextParams(nint llama)
    {
        if (Read(llama, "llama_context_default_params", out llama_context_params p) is { } difference)
        {
            return difference;
        }

        bool same = p is { n_ctx: 512, n_batch: 2048, n_ubatch: 512, n_seq_max: 1, n_rs_seq: 0, n_outputs_max: 0, n_outputs_max_per_seq: 1 }
            && p.n_threads == 4 && p.n_threads_batch == 4
            && p.rope_scaling_type == llama_rope_scaling_type.LLAMA_ROPE_SCALING_TYPE_UNSPECIFIED
            && p.pooling_type == llama_pooling_type.LLAMA_POOLING_TYPE_UNSPECIFIED
            && p.attention_type == llama_attention_type.LLAMA_ATTENTION_TYPE_UNSPECIFIED
            && p.flash_attn_type == llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_AUTO
            && p is { rope_freq_base: 0, yarn_ext_factor: -1, yarn_beta_slow: -1, yarn_orig_ctx: 0, defrag_thold: -1 }
            && p.cb_eval == null && p.abort_callback == null
            && p.type_k == ggml_type.GGML_TYPE_F16 && p.type_v == ggml_type.GGML_TYPE_F16
            && p is { embeddings: 0, offload_kqv: 1, no_perf: 1, op_offload: 1, swa_full: 1, kv_unified: 0 }
            && p.samplers == null && p.n_samplers == 0 && p.ctx_other == null;
        return same ? null : "llama_context_params has other defaults";
    }

    private static string? CheckQuantizeParams(nint llama)
    {
        if (Read(llama, "llama_model_quantize_default_params", out llama_model_quantize_params p) is { } difference)
        {
            return difference;
        }

        bool same = p.nthread == 0 && p.ftype == llama_ftype.LLAMA_FTYPE_MOSTLY_Q8_0 && p.output_tensor_type == ggml_type.GGML_TYPE_COUNT && p.token_embedding_type == ggml_type.GGML_TYPE_COUNT
            && p is { allow_requantize: 0, quantize_output_tensor: 1, only_copy: 0, pure: 0, keep_split: 0, dry_run: 0 } && p.max_buf_size == s_defaultMaxBufferSize
            && p.imatrix == null && p.kv_overrides == null && p.tt_overrides == null && p.prune_layers == null;
        return same ? null : "llama_model_quantize_params has other defaults";
    }

    // ggml fills this one through a pointer, so the room can be watched on every platform.
    private static string? CheckThreadpoolParams()
    {
        byte* room = stackalloc byte[Room];
        new Span<byte>(room, Room).Fill(Pattern);
        var p = (ggml_threadpool_params*)room;
        Ggml.ggml_threadpool_params_init(p, 3);
        if (Overrun(room, sizeof(ggml_threadpool_params)))
        {
            return "ggml_threadpool_params is larger";
        }

        return p->n_threads == 3 && p->prio == ggml_sched_priority.GGML_SCHED_PRIO_NORMAL && p->poll == 50 && p->strict_cpu == 0 && p->paused == 0
            ? null
            : "ggml_threadpool_params has other defaults";
    }

    private static string? Read<T>(nint library, string function, out T value)
        where T : unmanaged
    {
        byte* room = stackalloc byte[Room];
        new Span<byte>(room, Room).Fill(Pattern);
        nint address = NativeLibrary.GetExport(library, function);

        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            // On x86-64 (System V and Windows alike) a struct of this size is returned through a hidden first argument.
            ((delegate* unmanaged[Cdecl]<byte*, byte*>)address)(room);
        }
        else
        {
            // Elsewhere the hidden pointer has a register of its own (x8 on Arm64), so the room must be a return type.
            *(ReturnRoom*)room = ((delegate* unmanaged[Cdecl]<ReturnRoom>)address)();
        }

        value = *(T*)room;
        return RuntimeInformation.ProcessArchitecture == Architecture.X64 && Overrun(room, sizeof(T))
            ? $"{function} writes more than the {sizeof(T)} bytes of {typeof(T).Name}"
            : null;
    }

    private static bool Overrun(byte* room, int size) =>
        new ReadOnlySpan<byte>(room + size, Room - size).ContainsAnyExcept(Pattern);

    [StructLayout(LayoutKind.Sequential, Size = Room)]
    private struct ReturnRoom;
}
