using System.Diagnostics;
using LocalInference.Abstractions;

namespace LocalInference.Native.Tests;

public sealed class ThreadpoolTests
{
    [LinuxFact]
    public void A_thousand_threadpools_leave_nothing()
    {
        NativeRuntime runtime = NativeRuntime.Get();
        MakeAndDispose(runtime, 100);
        int threads = NativeThreads();
        long memory = Resident();

        MakeAndDispose(runtime, 1000);

        // Threads of other tests and of the pool come and go; those of 1,000 leaked pools would be 2,000. A leaked pool
        // has at least its own 8 MiB of reserved stack and some KiB of it in memory.
        Assert.InRange(NativeThreads() - threads, -100, 100);
        Assert.InRange(Resident() - memory, long.MinValue, 32 << 20);
    }

    [Fact]
    public void An_absurd_size_is_refused()
    {
        NativeRuntime runtime = NativeRuntime.Get();
        Assert.Throws<NativeLibraryException>(() => runtime.CreateThreadpool(0, 0));
        Assert.Throws<NativeLibraryException>(() => runtime.CreateThreadpool(513, 0));
    }

    private static void MakeAndDispose(NativeRuntime runtime, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using ThreadpoolHandle pool = runtime.CreateThreadpool(3, 0);
            Assert.False(pool.IsInvalid);
        }
    }

    private static int NativeThreads() => Directory.GetDirectories("/proc/self/task").Length;

    private static long Resident()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
