using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LocalInference.Text.Tests.Limits;

/// <summary>
/// How long the processor works on something. The bar for hostile input is a second; the clock on the wall would show how busy
/// the machine is with other tests as well.
/// </summary>
internal static class ProcessorTime
{
    // CLOCK_THREAD_CPUTIME_ID of <time.h>.
    private const int LinuxThreadClock = 3;
    private const int MacThreadClock = 16;

    public static TimeSpan Bar { get; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The time that this thread works on an action; of three times the least, if the first is too long: neighbours on the same processor cost caches
    /// and turns. Where the system does not tell, what the clock on the wall says.
    /// </summary>
    public static TimeSpan Of(Action action)
    {
        TimeSpan least = TimeSpan.MaxValue;
        for (int i = 0; i < 3 && least >= Bar; i++)
        {
            TimeSpan before = Now();
            action();
            TimeSpan taken = Now() - before;
            least = taken < least ? taken : least;
        }

        return least;
    }

    private static TimeSpan Now() =>
        OperatingSystem.IsLinux() ? Read(LinuxThreadClock)
        : OperatingSystem.IsMacOS() ? Read(MacThreadClock)
        : TimeSpan.FromSeconds(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency);

    private static TimeSpan Read(int clock)
    {
        Assert.Equal(0, ReadClock(clock, out ClockTime time));
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1e3);
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, out ClockTime time);

    // struct timespec of 64-bit systems.
    [StructLayout(LayoutKind.Sequential)]
    private struct ClockTime
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
