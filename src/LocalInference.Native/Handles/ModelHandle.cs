using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>A loaded llama model. Contexts, adapters and grammars made from it keep it alive.</summary>
internal sealed unsafe class ModelHandle : SafeHandle
{
    public ModelHandle(llama_model* model)
        : base(0, ownsHandle: true)
    {
        SetHandle((nint)model);
    }

    public llama_model* Pointer => (llama_model*)handle;

    /// <summary>
    /// Held while adapters come and go, and while a context reserves its graphs: llama.cpp counts the model's adapters then
    /// (llama_context::graph_max_nodes) and guards the list by nothing.
    /// </summary>
    public Lock AdapterGate { get; } = new();

    public llama_vocab* Vocabulary => Llama.llama_model_get_vocab(Pointer);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Llama.llama_model_free((llama_model*)handle);
        return true;
    }
}
