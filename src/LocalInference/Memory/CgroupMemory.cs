using System.Globalization;

namespace LocalInference;

/// <summary>
/// What limits of Linux's control groups leave of the memory: a container's, and those of the groups around it. The host's figures say
/// nothing of them, and whoever takes more is killed.
/// </summary>
internal static class CgroupMemory
{
    /// <summary>Bytes, or <see langword="null"/>: nothing is limited.</summary>
    public static long? ReadAvailable() => OperatingSystem.IsLinux() ? ReadAvailable("/proc/self/cgroup", "/sys/fs/cgroup") : null;

    /// <summary>What groups leave.</summary>
    /// <param name="membership">The file that names the process's groups: lines of <c>HIERARCHY:CONTROLLERS:PATH</c> (cgroups(7)).</param>
    /// <param name="mount">The folder of all groups.</param>
    public static long? ReadAvailable(string membership, string mount)
    {
        try
        {
            long? least = null;
            foreach (string line in File.ReadLines(membership))
            {
                long? left = line.Split(':', 3) switch
                {
                    ["0", "", string path] => Least(mount, path, "memory.max", "memory.current", prefix: ""),
                    [_, string controllers, string path] when controllers.Split(',').Contains("memory", StringComparer.Ordinal) =>
                        Least(Path.Join(mount, "memory"), path, "memory.limit_in_bytes", "memory.usage_in_bytes", prefix: "total_"),
                    _ => null,
                };
                least = left < (least ?? long.MaxValue) ? left : least;
            }

            return least;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The group's own limit, and that of each around it. A container without a view of its own finds its files at the top, and none at
    // the path that the host knows.
    private static long? Least(string mount, string path, string limit, string usage, string prefix)
    {
        long? least = null;
        for (string? folder = Path.Join(mount, path.TrimEnd('/')); folder is not null && folder.Length >= mount.Length; folder = Path.GetDirectoryName(folder))
        {
            long? left = Left(folder, limit, usage, prefix);
            least = left < (least ?? long.MaxValue) ? left : least;
        }

        return least;
    }

    // Pages of files count as used, but are given back before anybody is killed; among them the mapped weights of models. MemAvailable
    // counts both lists of them, too.
    private static long? Left(string folder, string limit, string usage, string prefix)
    {
        if (Number(Path.Join(folder, limit)) is not { } most || Number(Path.Join(folder, usage)) is not { } used)
        {
            return null;
        }

        long files = 0;
        foreach (string line in Lines(Path.Join(folder, "memory.stat")))
        {
            if (line.Split(' ') is [string name, string bytes] && (name == prefix + "inactive_file" || name == prefix + "active_file"))
            {
                files += Parse(bytes) ?? 0;
            }
        }

        return ByteSum.Left(most, ByteSum.Left(used, files));
    }

    // "max" is no number, and no limit.
    private static long? Number(string file) => Parse(Lines(file).FirstOrDefault());

    private static long? Parse(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static IEnumerable<string> Lines(string file) => File.Exists(file) ? File.ReadLines(file) : [];
}
