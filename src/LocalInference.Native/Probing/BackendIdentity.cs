using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LocalInference.Native;

/// <summary>
/// Everything that a verdict on a backend depends on, as one line: the library and libggml-base as they lie on disk, the
/// processor, the kernel, and for anything but the CPU the graphics drivers. A change of any asks for a new probe.
/// </summary>
internal static class BackendIdentity
{
    // Raise it when the probe computes something else.
    private const string Revision = "1";

    public static string Describe(LibraryDirectory directory, string backendPath, bool isCpu)
    {
        var line = new StringBuilder(Revision);
        AppendFile(line, backendPath);
        AppendFile(line, directory.GgmlBase ?? directory.Path);
        line.Append('|').Append(RuntimeInformation.ProcessArchitecture).Append('|').Append(ProcessorModel.Describe());
        line.Append('|').Append(Environment.OSVersion.VersionString);
        if (!isCpu)
        {
            AppendDrivers(line);
        }

        return line.ToString().ReplaceLineEndings(" ");
    }

    // A folder or a missing file has a time as well (1601), so this names what is not there too.
    private static void AppendFile(StringBuilder line, string path)
    {
        var file = new FileInfo(path);
        line.Append('|').Append(path)
            .Append('|').Append((file.Exists ? file.Length : 0).ToString(CultureInfo.InvariantCulture))
            .Append('|').Append(file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture));
    }

    private static void AppendDrivers(StringBuilder line)
    {
        if (OperatingSystem.IsWindows())
        {
            AppendFile(line, Path.Combine(Environment.SystemDirectory, "nvcuda.dll"));
            AppendFile(line, Path.Combine(Environment.SystemDirectory, "vulkan-1.dll"));
        }
        else if (OperatingSystem.IsLinux())
        {
            // The NVIDIA kernel module says its version here; Vulkan drivers register themselves in this folder.
            const string Nvidia = "/proc/driver/nvidia/version";
            line.Append('|').Append(File.Exists(Nvidia) ? File.ReadAllText(Nvidia).Trim() : "");
            AppendFile(line, "/usr/share/vulkan/icd.d");
        }

        // macOS: drivers come with the system, whose version is in the line already.
    }
}
