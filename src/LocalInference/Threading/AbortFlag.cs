using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference;

/// <summary>A flag in native memory that llama.cpp looks at between two operations of a graph. It outlives the contexts that read it.</summary>
internal sealed unsafe class AbortFlag : IDisposable
{
    private int* _value = (int*)NativeMemory.AllocZeroed(sizeof(int));

    /// <summary>Makes a context look at it from its next computation on.</summary>
    public void Stops(llama_context* context) => Llama.llama_set_abort_callback(context, &IsRaised, _value);

    /// <summary>Makes a running computation stop after the operation it is at. Callable from any thread, until it is disposed.</summary>
    public void Raise() => Volatile.Write(ref *_value, 1);

    public void Lower() => Volatile.Write(ref *_value, 0);

    public void Dispose()
    {
        NativeMemory.Free(_value);
        _value = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte IsRaised(void* flag) => Volatile.Read(ref *(int*)flag) != 0 ? (byte)1 : (byte)0;
}
