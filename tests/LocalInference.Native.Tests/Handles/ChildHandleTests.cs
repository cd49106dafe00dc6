using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace LocalInference.Native.Tests;

public sealed class ChildHandleTests
{
    private readonly ConcurrentQueue<string> _freed = new();

    [Fact]
    public void A_parent_disposed_first_is_freed_after_its_last_child()
    {
        var parent = new RecordedParent(_freed);
        var first = new RecordedChild(_freed, parent);
        var second = new RecordedChild(_freed, parent);
        parent.Dispose();
        Assert.Empty(_freed);
        first.Dispose();
        Assert.Equal(["child"], _freed, StringComparer.Ordinal);
        second.Dispose();
        Assert.Equal(["child", "child", "parent"], _freed, StringComparer.Ordinal);
    }

    [Fact]
    public void A_child_disposed_first_leaves_the_parent()
    {
        var parent = new RecordedParent(_freed);
        new RecordedChild(_freed, parent).Dispose();
        Assert.Equal(["child"], _freed, StringComparer.Ordinal);
        parent.Dispose();
        Assert.Equal(["child", "parent"], _freed, StringComparer.Ordinal);
    }

    [Fact]
    public void Disposing_twice_frees_once()
    {
        var parent = new RecordedParent(_freed);
        var child = new RecordedChild(_freed, parent);
        child.Dispose();
        child.Dispose();
        parent.Dispose();
        parent.Dispose();
        Assert.Equal(["child", "parent"], _freed, StringComparer.Ordinal);
    }

    [Fact]
    public void A_child_of_a_freed_parent_is_refused()
    {
        var parent = new RecordedParent(_freed);
        parent.Dispose();
        Assert.Throws<ObjectDisposedException>(() => new RecordedChild(_freed, parent));
        Assert.Equal(["parent"], _freed, StringComparer.Ordinal);
    }

    [Fact]
    public void Finalizers_keep_the_order()
    {
        const int Pairs = 100;
        Forget(Pairs);
        for (int i = 0; i < 10 && _freed.Count < 2 * Pairs; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(2 * Pairs, _freed.Count);
        int children = 0;
        int parents = 0;
        foreach (string freed in _freed)
        {
            _ = freed == "child" ? children++ : parents++;
            Assert.True(parents <= children, "A parent was freed before its child.");
        }
    }

    // In a frame of its own, so that nothing on the stack keeps them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Forget(int pairs)
    {
        for (int i = 0; i < pairs; i++)
        {
            _ = new RecordedChild(_freed, new RecordedParent(_freed));
        }
    }
}
