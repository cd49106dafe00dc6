namespace LocalInference;

/// <summary>Sums of sizes that files claim: a sparse file can claim more than fits a number, so they stop at its end.</summary>
internal static class ByteSum
{
    public static long Of(params ReadOnlySpan<long> sizes)
    {
        Int128 sum = 0;
        foreach (long size in sizes)
        {
            sum += size;
        }

        return Limit(sum);
    }

    public static long Of(IEnumerable<long> sizes) => Of([.. sizes]);

    public static long Limit(Int128 bytes) => (long)Int128.Min(bytes, long.MaxValue);

    /// <summary>What is left of a size; never below zero.</summary>
    public static long Left(long bytes, long taken) => Math.Max(0, bytes - taken);
}
