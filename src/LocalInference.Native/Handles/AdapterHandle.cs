namespace LocalInference.Native;

/// <summary>A LoRA adapter of a model. Who computes with it holds a reference.</summary>
internal sealed unsafe class AdapterHandle(llama_adapter_lora* adapter, ModelHandle model) : ChildHandle((nint)adapter, model)
{
    private readonly ModelHandle _model = model;

    public llama_adapter_lora* Pointer => (llama_adapter_lora*)handle;

    protected override void Free()
    {
        lock (_model.AdapterGate)
        {
            Llama.llama_adapter_lora_free((llama_adapter_lora*)handle);
        }
    }
}
