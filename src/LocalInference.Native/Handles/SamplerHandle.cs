namespace LocalInference.Native;

/// <summary>A sampler or a chain, which reads its model's vocabulary. Owned by one thread at a time.</summary>
internal sealed unsafe class SamplerHandle(llama_sampler* sampler, ModelHandle model) : ChildHandle((nint)sampler, model)
{
    public llama_sampler* Pointer => (llama_sampler*)handle;

    protected override void Free() => Llama.llama_sampler_free((llama_sampler*)handle);
}
