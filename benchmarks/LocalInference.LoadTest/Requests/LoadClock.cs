using System.Diagnostics;

namespace LocalInference.LoadTest.Requests;

/// <summary>Milliseconds of one clock that all requests of a run are timed with.</summary>
internal static class LoadClock
{
    private static readonly long s_origin = Stopwatch.GetTimestamp();

    /// <summary>Milliseconds since the program began.</summary>
    public static double Now => Stopwatch.GetElapsedTime(s_origin).TotalMilliseconds;
}
