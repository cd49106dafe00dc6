namespace LocalInference.Native;

/// <summary>How a worker ended.</summary>
/// <param name="Code">Its exit code; on Unix .NET reports a death by signal as 128 + the signal.</param>
internal sealed record WorkerExit(int Code)
{
    /// <summary>The name of what killed it, or <see langword="null"/> when it ended by itself.</summary>
    public string? Crash => OperatingSystem.IsWindows() ? WindowsCrash(unchecked((uint)Code)) : UnixCrash(Code - 128);

    /// <summary>Whether someone else ended it: SIGKILL or SIGTERM.</summary>
    public bool IsFromOutside => !OperatingSystem.IsWindows() && Code is 128 + 9 or 128 + 15;

    // Signal numbers of Linux and macOS agree but for SIGBUS.
    private static string? UnixCrash(int signal) => signal switch
    {
        <= 0 => null,
        4 => "SIGILL (an instruction this processor refuses)",
        5 => "SIGTRAP",
        6 => "SIGABRT (it gave up)",
        7 when !OperatingSystem.IsMacOS() => "SIGBUS (bad memory access)",
        8 => "SIGFPE (arithmetic error)",
        9 => "SIGKILL (ended from outside, perhaps for memory)",
        10 when OperatingSystem.IsMacOS() => "SIGBUS (bad memory access)",
        11 => "SIGSEGV (bad memory access)",
        15 => "SIGTERM (ended from outside)",
        _ when signal <= 64 => $"signal {signal}",
        _ => null,
    };

    // NTSTATUS values (ntstatus.h): the exit code of a process that an exception ended.
    private static string? WindowsCrash(uint status) => status switch
    {
        0xC0000005 => "access violation",
        0xC000001D => "illegal instruction",
        0xC0000096 => "privileged instruction",
        0xC0000094 => "integer division by zero",
        0xC00000FD => "stack overflow",
        0xC0000374 => "heap corruption",
        0xC0000409 => "fail-fast (it gave up)",
        >= 0xC0000000 => $"status 0x{status:X8}",
        _ => null,
    };
}
