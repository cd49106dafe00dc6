namespace LocalInference.Cli.Inspect;

/// <summary>What running the model takes, as <c>inspect --json</c> says it; the parts that the file does not tell are null.</summary>
internal sealed record MemoryReport(int ContextLength, long WeightBytes, long? KvCacheBytes, long? ComputeBufferBytes, long TotalBytes)
{
    public static MemoryReport Of(MemoryEstimate estimate) =>
        new(estimate.ContextLength, estimate.WeightBytes, estimate.KeyValueCacheBytes, estimate.ComputeBufferBytes, estimate.TotalBytes);
}
