using System.Diagnostics;

namespace LocalInference.EmbeddingComparison;

/// <summary>What one turn took.</summary>
/// <param name="Seconds">Time that passed.</param>
/// <param name="ProcessorSeconds">Processor time on all cores: what others use of the machine changes it less.</param>
internal readonly record struct Cost(double Seconds, double ProcessorSeconds)
{
    public static async Task<Cost> OfAsync(Func<Task<float[][]>> embed, Func<TimeSpan> processorTime)
    {
        TimeSpan before = processorTime();
        long start = Stopwatch.GetTimestamp();
        _ = await embed().ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new(seconds, (processorTime() - before).TotalSeconds);
    }
}
