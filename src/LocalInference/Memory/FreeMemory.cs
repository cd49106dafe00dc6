using System.Globalization;

namespace LocalInference;

/// <summary>How much memory a new allocation may count on.</summary>
internal static class FreeMemory
{
    /// <summary>
    /// Bytes: what Linux calls available (proc(5), MemAvailable: free, or given back without swapping), never more than a
    /// container's limit, nor than what is not taken of it. Elsewhere half of what the process may use at all.
    /// </summary>
    public static long Read()
    {
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return Math.Min(Math.Min(limit, ReadAvailable() ?? limit / 2), CgroupMemory.ReadAvailable() ?? limit);
    }

    private static long? ReadAvailable()
    {
        const string Name = "MemAvailable:";
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            string? line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal));
            ReadOnlySpan<char> kibibytes = line.AsSpan(line is null ? 0 : Name.Length).Trim().TrimEnd("kB").Trim();
            return long.TryParse(kibibytes, CultureInfo.InvariantCulture, out long value) ? value * 1024 : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
