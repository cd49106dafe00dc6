using System.Runtime.InteropServices;

namespace LocalInference;

/// <summary>A flag in native memory that llama.cpp looks at between two operations of a graph. It outlives the contexts that read it.</summary>
internal sealed unsafe class AbortFlag : IDisposable
{
    public AbortFlag() => Pointer = (int*)NativeMemory.AllocZeroed(sizeof(int));

    public int* Pointer { get; private set; }

    /// <summary>Makes a running computation stop after the operation it is at. Callable from any thread, until it is disposed.</summary>
    public void Raise() => Volatile.Write(ref *Pointer, 1);

    public void Lower() => Volatile.Write(ref *Pointer, 0);

    public void Dispose()
    {
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
