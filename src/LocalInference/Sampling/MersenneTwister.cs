namespace LocalInference;

/// <summary>
/// MT19937 (Matsumoto and Nishimura, 1998) with C++'s seeding and with libstdc++'s way of making fractions of its numbers, which
/// are llama.cpp's random numbers. One for each request, so that its tokens depend on its seed alone.
/// </summary>
internal sealed class MersenneTwister
{
    private const int Length = 624;
    private const int Middle = 397;
    private const uint Matrix = 0x9908B0DF;
    private const uint UpperMask = 0x80000000;

    private readonly uint[] _state = new uint[Length];
    private int _next = Length;

    public MersenneTwister(uint seed)
    {
        _state[0] = seed;
        for (int i = 1; i < Length; i++)
        {
            _state[i] = unchecked((1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30))) + (uint)i);
        }
    }

    /// <summary>The next 32 bits.</summary>
    public uint NextUInt32()
    {
        if (_next == Length)
        {
            Advance();
            _next = 0;
        }

        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    /// <summary>A fraction of [0, 1): <c>std::generate_canonical&lt;double, 53&gt;</c>, which takes two numbers, the lower half first.</summary>
    public double NextDouble()
    {
        const double TwoTo32 = 4294967296.0;
        double low = NextUInt32();
        double value = (low + (NextUInt32() * TwoTo32)) / (TwoTo32 * TwoTo32);

        // The sum is rounded to 53 bits and can reach 1.
        return value < 1 ? value : double.BitDecrement(1);
    }

    /// <summary>A fraction of [0, 1): <c>std::generate_canonical&lt;float, 24&gt;</c>, which takes one number.</summary>
    public float NextSingle()
    {
        const float TwoTo32 = 4294967296f;
        float value = NextUInt32() / TwoTo32;
        return value < 1 ? value : float.BitDecrement(1);
    }

    private void Advance()
    {
        for (int i = 0; i < Length; i++)
        {
            uint y = (_state[i] & UpperMask) | (_state[(i + 1) % Length] & ~UpperMask);
            _state[i] = _state[(i + Middle) % Length] ^ (y >> 1) ^ ((y & 1) * Matrix);
        }
    }
}
