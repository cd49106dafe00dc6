namespace LocalInference.Training.Tests.Datasets;

public sealed class SamplePackingTests
{
    [Fact]
    public void Packs_hold_every_sample_once_and_little_air()
    {
        var random = new Random(5);
        TrainingSample[] samples = [.. Enumerable.Range(0, 3000).Select(i => Sample(random.Next(5, 900), i))];

        IReadOnlyList<IReadOnlyList<TrainingSample>> packs = SamplePacking.Pack(samples, 2048);

        Assert.All(packs, static pack => Assert.InRange(pack.Sum(static sample => sample.Tokens.Length), 1, 2048));
        Assert.Equal(Enumerable.Range(0, samples.Length), packs.SelectMany(static pack => pack).Select(static sample => sample.Tokens[0]).Order());
        Assert.True(samples.Sum(static sample => sample.Tokens.Length) > 0.98 * 2048 * packs.Count);
        Assert.Equal(packs.Select(static pack => pack[0].Tokens[0]).Order(), packs.Select(static pack => pack[0].Tokens[0]));
        Assert.Equal(packs.SelectMany(static pack => pack), SamplePacking.Pack(samples, 2048).SelectMany(static pack => pack));
    }

    [Fact]
    public void A_sample_that_is_too_long_is_alone()
    {
        IReadOnlyList<IReadOnlyList<TrainingSample>> packs = SamplePacking.Pack([Sample(3, 0), Sample(20, 1), Sample(7, 2)], 10);

        Assert.Equal([[0, 2], [1]], packs.Select(static pack => pack.Select(static sample => sample.Tokens[0])));
        Assert.Empty(SamplePacking.Pack([], 10));
    }

    private static TrainingSample Sample(int length, int id) => new([id, .. new int[length - 1]], new float[length]);
}
