using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace LocalInference.Native;

/// <summary>Tells processors apart by what they can do, the same for all cores and at every start.</summary>
internal static class ProcessorModel
{
    public static string Describe()
    {
        if (X86Base.IsSupported)
        {
            return DescribeX86();
        }

        const string CpuInfo = "/proc/cpuinfo";
        return OperatingSystem.IsLinux() && File.Exists(CpuInfo)
            ? DescribeArm(File.ReadLines(CpuInfo))
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.OSArchitecture.ToString();
    }

    // CPUID (Intel SDM volume 2A): family, model and stepping, the feature bits that backends ask for, and the brand string.
    // A virtual machine may hide features of the same model, so the model alone would not do. EBX of leaf 1 names the core
    // that runs us and is left out.
    private static string DescribeX86()
    {
        (int signature, _, int features, int moreFeatures) = X86Base.CpuId(1, 0);
        (_, int extended, int extended2, int extended3) = X86Base.CpuId(7, 0);
        (int extended4, _, _, int extended5) = X86Base.CpuId(7, 1);

        var text = new StringBuilder();
        foreach (int part in (ReadOnlySpan<int>)[signature, features, moreFeatures, extended, extended2, extended3, extended4, extended5])
        {
            text.Append(part.ToString("x8", CultureInfo.InvariantCulture)).Append(' ');
        }

        return text.Append(Brand()).ToString();
    }

    private static string Brand()
    {
        const int FirstLeaf = unchecked((int)0x80000002);
        Span<int> registers = stackalloc int[12];
        for (int leaf = 0; leaf < 3; leaf++)
        {
            (registers[leaf * 4], registers[(leaf * 4) + 1], registers[(leaf * 4) + 2], registers[(leaf * 4) + 3]) = X86Base.CpuId(FirstLeaf + leaf, 0);
        }

        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes(registers)).Trim('\0', ' ');
    }

    // The first processor's block; its lines that change (clock, bogomips) are not among these.
    private static string DescribeArm(IEnumerable<string> lines) =>
        string.Join(' ', lines
            .TakeWhile(line => line.Length > 0)
            .Where(line => line.StartsWith("CPU ", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':') + 1)..].Trim()));
}
