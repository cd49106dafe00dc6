using System.Globalization;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// How many physical cores this process may use. Two hyper-threads share one set of vector units, so a second compute
/// thread on a core adds next to nothing and waits at every barrier.
/// </summary>
internal static class PhysicalCores
{
    private const string Topology = "/sys/devices/system/cpu";

    /// <summary>At least 1; never more than affinity and container limits allow.</summary>
    public static int Count { get; } = Math.Clamp(Detect(), 1, Environment.ProcessorCount);

    /// <summary>The threads to compute with where so many are asked for, or where it is left to us; never more than ggml takes.</summary>
    public static int ThreadsFor(int? asked) => Math.Min(asked ?? Count, Ggml.MaxThreads);

    private static int Detect()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Topology))
        {
            return Environment.ProcessorCount;
        }

        try
        {
            // One line of siblings per core, whichever of its hyper-threads is asked.
            var cores = new HashSet<string>(StringComparer.Ordinal);
            foreach (string cpu in Directory.EnumerateDirectories(Topology, "cpu*"))
            {
                string siblings = Path.Combine(cpu, "topology", "thread_siblings_list");
                if (int.TryParse(Path.GetFileName(cpu.AsSpan())[3..], CultureInfo.InvariantCulture, out _) && File.Exists(siblings))
                {
                    cores.Add(File.ReadAllText(siblings).Trim());
                }
            }

            return cores.Count > 0 ? cores.Count : Environment.ProcessorCount;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Environment.ProcessorCount;
        }
    }
}
