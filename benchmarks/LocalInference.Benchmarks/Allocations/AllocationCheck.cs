using System.Text.Json;

namespace LocalInference.Benchmarks.Allocations;

/// <summary>
/// Compares the managed bytes that hot operations allocate with <c>expected.json</c>. Bytes are the same on every machine, so
/// unlike timings they can fail a build.
/// </summary>
internal static class AllocationCheck
{
    private const string FileName = "expected.json";

    // Collections grow and strings differ a little with the version of the runtime. Zero stays zero.
    private const double Tolerance = 0.02;

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>Measures, reports, and says whether all is as expected.</summary>
    public static async Task<bool> RunAsync(TextWriter writer)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Allocations", FileName);
        SortedDictionary<string, long> expected;
        using (FileStream stream = File.OpenRead(path))
        {
            expected = JsonSerializer.Deserialize<SortedDictionary<string, long>>(stream)!;
        }

        SortedDictionary<string, long> measured = await MeasureAsync().ConfigureAwait(false);
        bool passed = true;
        foreach (string name in expected.Keys.Union(measured.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            string? complaint = Complaint(name, expected, measured);
            passed &= complaint is null;
            await writer.WriteLineAsync($"{name,-32}{(measured.TryGetValue(name, out long bytes) ? bytes : null),12:N0} bytes  {complaint ?? "ok"}").ConfigureAwait(false);
        }

        return passed;
    }

    /// <summary>Bytes per operation, by name.</summary>
    public static async Task<SortedDictionary<string, long>> MeasureAsync()
    {
        SortedDictionary<string, long> measured = new(StringComparer.Ordinal);
        using (HotOperations operations = new())
        {
            foreach (HotOperation operation in operations.All)
            {
                measured[operation.Name] = Measure(operation);
            }
        }

        measured[EngineAllocations.Name] = (long)Math.Ceiling(await EngineAllocations.MeasureAsync().ConfigureAwait(false));
        return measured;
    }

    /// <summary>Writes what is measured as what is to be expected from now on.</summary>
    public static async Task WriteAsync(string path) =>
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(await MeasureAsync().ConfigureAwait(false), s_indented) + "\n").ConfigureAwait(false);

    private static string? Complaint(string name, SortedDictionary<string, long> expected, SortedDictionary<string, long> measured)
    {
        if (!measured.TryGetValue(name, out long bytes))
        {
            return "is expected but not measured any more";
        }

        if (!expected.TryGetValue(name, out long limit))
        {
            return "has no expectation";
        }

        if (bytes > limit * (1 + Tolerance))
        {
            return $"is more than the expected {limit:N0}";
        }

        // An improvement that is not written down is lost again unseen.
        return bytes < limit * (1 - (5 * Tolerance)) ? $"is less than the expected {limit:N0}: write it down" : null;
    }

    private static long Measure(HotOperation operation)
    {
        // The first rounds pay for static state and for tiers of compiled code that are allocated by the operation itself.
        for (int i = 0; i < operation.Iterations; i++)
        {
            operation.Body();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < operation.Iterations; i++)
        {
            operation.Body();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / operation.Iterations;
    }
}
