namespace LocalInference.Training;

/// <summary>Random numbers that are a function of where they are used, so that no state has to be saved to go on with them.</summary>
internal static class RandomBits
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>A well-mixed hash: the finalizer of SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    public static ulong Mix(ulong value)
    {
        value += Golden;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>A key for a purpose within a run.</summary>
    public static ulong Key(ulong seed, ulong first, ulong second = 0) => Mix(Mix(Mix(seed) ^ first) ^ second);

    /// <summary>Fills with numbers that are uniform between -<paramref name="bound"/> and <paramref name="bound"/>.</summary>
    public static void FillUniform(Span<float> values, ulong key, float bound)
    {
        for (int i = 0; i < values.Length; i++)
        {
            // The upper 24 bits: as many as a float holds exactly.
            values[i] = ((Mix(key + (ulong)i) >> 40) * (2f / (1 << 24)) - 1) * bound;
        }
    }

    /// <summary>The numbers from 0 up to a count, in random order (Fisher and Yates).</summary>
    public static int[] Permutation(int count, ulong key)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int other = (int)(Mix(key + (ulong)i) % (ulong)(i + 1));
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }
}
