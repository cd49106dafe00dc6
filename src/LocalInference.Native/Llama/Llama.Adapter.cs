using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libllama: LoRA adapters. An adapter dies with its model.</summary>
internal static unsafe partial class Llama
{
    [LibraryImport(Library)]
    internal static partial llama_adapter_lora* llama_adapter_lora_init(llama_model* model, byte* pathLora);

    [LibraryImport(Library)]
    internal static partial void llama_adapter_lora_free(llama_adapter_lora* adapter);

    [LibraryImport(Library)]
    internal static partial int llama_adapter_meta_count(llama_adapter_lora* adapter);

    [LibraryImport(Library)]
    internal static partial int llama_adapter_meta_val_str(llama_adapter_lora* adapter, byte* key, byte* buf, nuint bufSize);

    [LibraryImport(Library)]
    internal static partial int llama_adapter_meta_key_by_index(llama_adapter_lora* adapter, int i, byte* buf, nuint bufSize);

    [LibraryImport(Library)]
    internal static partial int llama_adapter_meta_val_str_by_index(llama_adapter_lora* adapter, int i, byte* buf, nuint bufSize);

    [LibraryImport(Library)]
    internal static partial int llama_set_adapters_lora(llama_context* ctx, llama_adapter_lora** adapters, nuint nAdapters, float* scales);

    [LibraryImport(Library)]
    internal static partial int llama_set_adapter_cvec(llama_context* ctx, float* data, nuint len, int nEmbd, int ilStart, int ilEnd);
}
