using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace LocalInference.Native.Tests;

internal sealed class RecordedParent : SafeHandle
{
    private readonly ConcurrentQueue<string> _freed;

    public RecordedParent(ConcurrentQueue<string> freed)
        : base(0, ownsHandle: true)
    {
        _freed = freed;
        SetHandle(1);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _freed.Enqueue("parent");
        return true;
    }
}
