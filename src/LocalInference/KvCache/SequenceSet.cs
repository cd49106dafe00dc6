using System.Numerics;

namespace LocalInference;

/// <summary>A set of native sequence ids, 0 to 255 (llama.cpp's LLAMA_MAX_SEQ). A mutable value: copies are independent.</summary>
internal struct SequenceSet
{
    public const int Capacity = 256;

    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public readonly int Count => BitOperations.PopCount(_a) + BitOperations.PopCount(_b) + BitOperations.PopCount(_c) + BitOperations.PopCount(_d);

    public readonly bool IsEmpty => (_a | _b | _c | _d) == 0;

    /// <summary>The lowest id of a set that is not empty.</summary>
    public readonly int First =>
        _a != 0 ? BitOperations.TrailingZeroCount(_a)
        : _b != 0 ? 64 + BitOperations.TrailingZeroCount(_b)
        : _c != 0 ? 128 + BitOperations.TrailingZeroCount(_c)
        : 192 + BitOperations.TrailingZeroCount(_d);

    public readonly bool Contains(int id) => (Word(id) & Bit(id)) != 0;

    public readonly bool SetEquals(in SequenceSet other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <summary>Whether every id here is in the other set too.</summary>
    public readonly bool IsSubsetOf(in SequenceSet other) =>
        ((_a & ~other._a) | (_b & ~other._b) | (_c & ~other._c) | (_d & ~other._d)) == 0;

    public void Add(int id) => Set(id, Word(id) | Bit(id));

    public void Remove(int id) => Set(id, Word(id) & ~Bit(id));

    private static ulong Bit(int id) => 1UL << (id & 63);

    private readonly ulong Word(int id) => (id >> 6) switch
    {
        0 => _a,
        1 => _b,
        2 => _c,
        _ => _d,
    };

    private void Set(int id, ulong word)
    {
        switch (id >> 6)
        {
            case 0:
                _a = word;
                break;
            case 1:
                _b = word;
                break;
            case 2:
                _c = word;
                break;
            default:
                _d = word;
                break;
        }
    }
}
