using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

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
        const int FirstBrandLeaf = unchecked((int)0x80000002);
        const int LastBrandLeaf = FirstBrandLeaf + 2;
        ulong hash = AddLeaf(Fnv.Start, 1, 0, withEbx: false);
        hash = AddLeaf(hash, 7, 0, withEbx: true);
        hash = AddLeaf(hash, 7, 1, withEbx: true);
        for (int leaf = FirstBrandLeaf; leaf <= LastBrandLeaf; leaf++)
        {
            hash = AddLeaf(hash, leaf, 0, withEbx: true);
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    private static ulong AddLeaf(ulong hash, int leaf, int subleaf, bool withEbx)
    {
        (int eax, int ebx, int ecx, int edx) = X86Base.CpuId(leaf, subleaf);
        hash = Fnv.Add(Fnv.Add(Fnv.Add(hash, eax), ecx), edx);
        return withEbx ? Fnv.Add(hash, ebx) : hash;
    }

    // The first processor's block; its lines that change (clock, bogomips) are not among these.
    private static string DescribeArm(IEnumerable<string> lines) =>
        string.Join(' ', lines
            .TakeWhile(line => line.Length > 0)
            .Where(line => line.StartsWith("CPU ", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':') + 1)..].Trim()));
}
