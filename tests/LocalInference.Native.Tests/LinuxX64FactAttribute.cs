using System.Runtime.InteropServices;

namespace LocalInference.Native.Tests;

/// <summary>A test that replaces machine code of a library. Elsewhere it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxX64FactAttribute : FactAttribute
{
    public LinuxX64FactAttribute()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Skip = "Needs Linux on x86-64.";
        }
    }
}
