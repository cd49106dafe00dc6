namespace LocalInference.Native;

/// <summary>A llama context. Owned by one thread at a time.</summary>
internal sealed unsafe class ContextHandle(llama_context* context, ModelHandle model) : ChildHandle((nint)context, model)
{
    public llama_context* Pointer => (llama_context*)handle;

    /// <summary>Told of what changes it; <see langword="null"/>: nobody.</summary>
    public IContextObserver? Observer { get; set; }

    private llama_memory_i* Memory => Llama.llama_get_memory(Pointer);

    /// <summary>Removes tokens of a sequence; -1: from the start, or to the end.</summary>
    /// <returns>Whether the model's memory can do that; a whole sequence it always can.</returns>
    public bool RemoveTokens(int sequence, int from, int to)
    {
        bool removed = Llama.llama_memory_seq_rm(Memory, sequence, from, to) != 0;
        if (removed)
        {
            Observer?.Removed(sequence, from, to);
        }

        return removed;
    }

    /// <summary>Gives a sequence the cells of another one.</summary>
    public void CopyTokens(int source, int destination, int from, int to)
    {
        Llama.llama_memory_seq_cp(Memory, source, destination, from, to);
        Observer?.Copied(source, destination, from, to);
    }

    /// <summary>Removes everything; what the cells hold stays where it is.</summary>
    public void ClearTokens()
    {
        Llama.llama_memory_clear(Memory, 0);
        Observer?.Cleared();
    }

    protected override void Free() => Llama.llama_free((llama_context*)handle);
}
