namespace LocalInference;

/// <summary>Measures how busy the machine is. Used by one thread.</summary>
internal interface ICpuLoad
{
    /// <summary>The load since the call before.</summary>
    CpuLoadSample Sample();
}
