using System.Globalization;
using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>
/// Everything that a verdict on a backend depends on, as one line: the library and libggml-base as they lie on disk, the
/// processor, the kernel, and for anything but the CPU the graphics drivers. A change of any asks for a new probe. Written at
/// every start before anything is compiled, hence plain concatenation.
/// </summary>
internal static class BackendIdentity
{
    // Raise it when the probe computes something else.
    private const string Revision = "1";

    public static string Describe(LibraryDirectory directory, string backendPath, bool isCpu) =>
        string.Concat(
            string.Concat(Revision, Describe(backendPath), Describe(directory.GgmlBase ?? directory.Path), "|"),
            ((int)RuntimeInformation.ProcessArchitecture).ToString(CultureInfo.InvariantCulture),
            string.Concat("|", ProcessorModel.Describe(), "|", Environment.OSVersion.VersionString),
            isCpu ? "" : DescribeDrivers());

    // A folder or a missing file has a time as well (1601), so this names what is not there too.
    private static string Describe(string path)
    {
        var file = new FileInfo(path);
        return string.Concat(
            string.Concat("|", path, "|"),
            (file.Exists ? file.Length : 0).ToString(CultureInfo.InvariantCulture),
            "|",
            file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture));
    }

    private static string DescribeDrivers()
    {
        if (OperatingSystem.IsWindows())
        {
            return Describe(Path.Combine(Environment.SystemDirectory, "nvcuda.dll")) + Describe(Path.Combine(Environment.SystemDirectory, "vulkan-1.dll"));
        }

        if (OperatingSystem.IsLinux())
        {
            // The NVIDIA kernel module says its version here, in two lines; Vulkan drivers register themselves in this folder.
            const string Nvidia = "/proc/driver/nvidia/version";
            return "|" + (File.Exists(Nvidia) ? File.ReadAllText(Nvidia).Replace('\n', ' ') : "") + Describe("/usr/share/vulkan/icd.d");
        }

        // macOS: drivers come with the system, whose version is in the line already.
        return "";
    }
}
