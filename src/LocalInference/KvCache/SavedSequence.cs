using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference;

/// <summary>The KV state of a sequence in host memory, as llama.cpp writes it, and the tokens it belongs to.</summary>
internal sealed unsafe class SavedSequence : IDisposable
{
    private readonly nuint _size;
    private byte* _data;

    private SavedSequence(int[] tokens, byte* data, nuint size)
    {
        Tokens = tokens;
        _data = data;
        _size = size;
    }

    public int[] Tokens { get; }

    /// <summary>Whether there was memory for the state; otherwise only the tokens are known and have to be computed again.</summary>
    public bool HasState => _data != null;

    /// <summary>Copies the state of a sequence; without memory for it, only the tokens are kept.</summary>
    public static SavedSequence Of(ContextHandle context, int id, int[] tokens)
    {
        nuint size = Llama.llama_state_seq_get_size_ext(context.Pointer, id, 0);
        byte* data;
        try
        {
            data = (byte*)NativeMemory.Alloc(size);
        }
        catch (OutOfMemoryException)
        {
            return new SavedSequence(tokens, null, 0);
        }

        nuint written = Llama.llama_state_seq_get_data_ext(context.Pointer, data, size, id, 0);
        if (written != size)
        {
            NativeMemory.Free(data);
            return new SavedSequence(tokens, null, 0);
        }

        return new SavedSequence(tokens, data, size);
    }

    /// <summary>Writes the state into an empty sequence; false if llama.cpp found no place for it.</summary>
    public bool TryRestore(ContextHandle context, int id) =>
        _data != null && Llama.llama_state_seq_set_data_ext(context.Pointer, _data, _size, id, 0) == _size;

    public void Dispose()
    {
        NativeMemory.Free(_data);
        _data = null;
    }
}
