using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>
/// A native object that points into another one. It holds a reference to its parent from its birth to its release, so
/// disposing them in any order, or leaving it to the finalizer, never frees the parent first.
/// </summary>
internal abstract class ChildHandle : SafeHandle
{
    private readonly SafeHandle _parent;

    protected ChildHandle(nint value, SafeHandle parent)
        : base(0, ownsHandle: true)
    {
        bool added = false;
        parent.DangerousAddRef(ref added);
        _parent = parent;
        SetHandle(value);
    }

    public sealed override bool IsInvalid => handle == 0;

    protected abstract void Free();

    protected sealed override bool ReleaseHandle()
    {
        Free();
        _parent.DangerousRelease();
        return true;
    }
}
