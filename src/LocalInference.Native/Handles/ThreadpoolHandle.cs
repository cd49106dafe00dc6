using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>A ggml threadpool. Detach it from its context before disposing it.</summary>
internal sealed unsafe class ThreadpoolHandle : SafeHandle
{
    private readonly delegate* unmanaged[Cdecl]<ggml_threadpool*, void> _free;

    public ThreadpoolHandle(ggml_threadpool* pool, delegate* unmanaged[Cdecl]<ggml_threadpool*, void> free)
        : base(0, ownsHandle: true)
    {
        _free = free;
        SetHandle((nint)pool);
    }

    public ggml_threadpool* Pointer => (ggml_threadpool*)handle;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _free((ggml_threadpool*)handle);
        return true;
    }
}
