namespace LocalInference.Native.Tests;

/// <summary>A user's limit does not bind an administrator, as whom tests in a container run; so the refusal is made up: .NET's OutOfMemoryException.</summary>
public sealed class ThreadLimitTests
{
    [Fact]
    public void A_thread_that_cannot_be_started_means_no_and_the_others_end()
    {
        List<Thread> started = [];
        bool allows = ThreadLimit.Allows(5, thread =>
        {
            if (started.Count == 3)
            {
                // No array may be so long: the same exception.
                _ = GC.AllocateUninitializedArray<byte>(int.MaxValue);
            }

            thread.Start();
            started.Add(thread);
        });

        Assert.False(allows);
        Assert.Equal(3, started.Count);
        Assert.All(started, static thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void All_are_there_at_the_same_time_and_then_none()
    {
        int most = 0;
        List<Thread> started = [];
        bool allows = ThreadLimit.Allows(20, thread =>
        {
            thread.Start();
            started.Add(thread);
            most = Math.Max(most, started.Count(static one => one.IsAlive));
        });

        Assert.True(allows);
        Assert.Equal(20, most);
        Assert.All(started, static thread => Assert.False(thread.IsAlive));
        Assert.True(ThreadLimit.Allows(0));
    }
}
