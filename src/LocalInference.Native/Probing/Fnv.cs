namespace LocalInference.Native;

/// <summary>
/// FNV-1a, 64 bits (draft-eastlake-fnv). It tells things apart that nobody tries to confuse; the first use of a cryptographic
/// hash costs milliseconds at every start.
/// </summary>
internal static class Fnv
{
    public const ulong Start = 0xCBF29CE484222325;

    public static ulong Add(ulong hash, int value)
    {
        for (int shift = 0; shift < 32; shift += 8)
        {
            hash = (hash ^ (byte)(value >> shift)) * 0x100000001B3;
        }

        return hash;
    }

    public static ulong Hash(string text)
    {
        ulong hash = Start;
        foreach (char c in text)
        {
            hash = Add(hash, c);
        }

        return hash;
    }
}
