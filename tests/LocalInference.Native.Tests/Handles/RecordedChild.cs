using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace LocalInference.Native.Tests;

internal sealed class RecordedChild(ConcurrentQueue<string> freed, SafeHandle parent) : ChildHandle(1, parent)
{
    protected override void Free() => freed.Enqueue("child");
}
