using LocalInference.TestModels;

namespace LocalInference.Conformance.Tests;

/// <summary>Seeded chance, the same on every machine.</summary>
internal sealed class Dice(ulong seed)
{
    private SplitMix64 _source = new(seed);

    public int Below(int limit) => _source.Below(limit);

    public bool OneIn(int count) => _source.Below(count) == 0;

    public T Pick<T>(IReadOnlyList<T> items) => items[_source.Below(items.Count)];
}
