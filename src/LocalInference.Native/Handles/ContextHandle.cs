namespace LocalInference.Native;

/// <summary>A llama context. Owned by one thread at a time.</summary>
internal sealed unsafe class ContextHandle(llama_context* context, ModelHandle model) : ChildHandle((nint)context, model)
{
    public llama_context* Pointer => (llama_context*)handle;

    protected override void Free() => Llama.llama_free((llama_context*)handle);
}
