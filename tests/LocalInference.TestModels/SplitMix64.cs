namespace LocalInference.TestModels;

/// <summary>
/// Steele, Lea and Flood's generator ("Fast splittable pseudorandom number generators", 2014): any seed is a good one,
/// and the sequence is the same on every machine and in every release of .NET.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="limit"/> − 1.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);
}
