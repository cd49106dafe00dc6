using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libllama: models, their facts, and quantization.</summary>
internal static unsafe partial class Llama
{
    // Life cycle
    [LibraryImport(Library)]
    internal static partial llama_model_params llama_model_default_params();

    [LibraryImport(Library)]
    internal static partial llama_model* llama_model_load_from_file(byte* pathModel, llama_model_params parameters);

    [LibraryImport(Library)]
    internal static partial llama_model* llama_model_load_from_splits(byte** paths, nuint nPaths, llama_model_params parameters);

    [LibraryImport(Library)]
    internal static partial void llama_model_save_to_file(llama_model* model, byte* pathModel);

    [LibraryImport(Library)]
    internal static partial void llama_model_free(llama_model* model);

    [LibraryImport(Library)]
    internal static partial llama_vocab* llama_model_get_vocab(llama_model* model);

    // Facts
    [LibraryImport(Library)]
    internal static partial llama_rope_type llama_model_rope_type(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_ctx_train(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_embd(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_embd_inp(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_embd_out(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_layer(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_head(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_head_kv(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_swa(llama_model* model);

    [LibraryImport(Library)]
    internal static partial uint llama_model_n_cls_out(llama_model* model);

    [LibraryImport(Library)]
    internal static partial byte* llama_model_cls_label(llama_model* model, uint i);

    [LibraryImport(Library)]
    internal static partial int llama_model_desc(llama_model* model, byte* buf, nuint bufSize);

    [LibraryImport(Library)]
    internal static partial llama_ftype llama_model_ftype(llama_model* model);

    [LibraryImport(Library)]
    internal static partial ulong llama_model_size(llama_model* model);

    [LibraryImport(Library)]
    internal static partial ulong llama_model_n_params(llama_model* model);

    [LibraryImport(Library)]
    internal static partial byte llama_model_has_encoder(llama_model* model);

    [LibraryImport(Library)]
    internal static partial byte llama_model_has_decoder(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_decoder_start_token(llama_model* model);

    [LibraryImport(Library)]
    internal static partial byte llama_model_is_recurrent(llama_model* model);

    [LibraryImport(Library)]
    internal static partial byte llama_model_is_hybrid(llama_model* model);

    [LibraryImport(Library)]
    internal static partial byte llama_model_is_diffusion(llama_model* model);

    // Metadata
    [LibraryImport(Library)]
    internal static partial int llama_model_meta_count(llama_model* model);

    [LibraryImport(Library)]
    internal static partial int llama_model_meta_val_str(llama_model* model, byte* key, byte* buf, nuint bufSize);

    [LibraryImport(Library)]
    internal static partial int llama_model_meta_key_by_index(llama_model* model, int i, byte* buf, nuint bufSize);

    [LibraryImport(Library)]
    internal static partial int llama_model_meta_val_str_by_index(llama_model* model, int i, byte* buf, nuint bufSize);

    [LibraryImport(Library)]
    internal static partial byte* llama_model_chat_template(llama_model* model, byte* name);

    // Quantization
    [LibraryImport(Library)]
    internal static partial llama_model_quantize_params llama_model_quantize_default_params();

    [LibraryImport(Library)]
    internal static partial uint llama_model_quantize(byte* fnameInp, byte* fnameOut, llama_model_quantize_params* parameters);
}
