namespace LocalInference.Tests.Sampling;

public sealed class MersenneTwisterTests
{
    [Fact]
    public void The_ten_thousandth_number_is_the_standards()
    {
        // ISO C++ [rand.predef]: the 10,000th number of a default-seeded mt19937.
        var random = new MersenneTwister(5489);
        for (int i = 1; i < 10_000; i++)
        {
            random.NextUInt32();
        }

        Assert.Equal(4_123_659_995u, random.NextUInt32());
    }

    [Fact]
    public void Fractions_stay_below_one_and_fill_the_range()
    {
        var random = new MersenneTwister(1);
        double[] doubles = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextDouble())];
        float[] floats = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextSingle())];

        Assert.All(doubles, d => Assert.InRange(d, 0, double.BitDecrement(1)));
        Assert.All(floats, f => Assert.InRange(f, 0, float.BitDecrement(1)));
        Assert.Equal(0.5, doubles.Average(), 0.01);
        Assert.Equal(0.5, floats.Average(), 0.01);
    }
}
