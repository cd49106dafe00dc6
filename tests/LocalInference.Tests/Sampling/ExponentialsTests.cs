namespace LocalInference.Tests.Sampling;

public sealed class ExponentialsTests
{
    [Fact]
    public void Each_weight_is_the_c_librarys_to_the_last_bit()
    {
        var random = new Random(5);
        float[] logits = new float[4099];
        float[] weights = new float[logits.Length];
        for (int round = 0; round < 60; round++)
        {
            float temperature = round % 3 == 0 ? 1 : 0.1f + (2 * random.NextSingle());
            float width = MathF.Exp(6 * random.NextSingle());
            foreach (ref float logit in logits.AsSpan())
            {
                logit = width * (random.NextSingle() - 0.5f);
            }

            logits[random.Next(logits.Length)] = float.NegativeInfinity;
            float largest = logits.Max();
            Exponentials.Of(logits, largest, temperature, weights);

            for (int i = 0; i < logits.Length; i++)
            {
                float x = (logits[i] / temperature) - (largest / temperature);
                Assert.True(x < -80 ? weights[i] < 2e-35f : weights[i] == MathF.Exp(x), $"e^{x:R} is {weights[i]:R}");
            }
        }
    }

    [Fact]
    public void The_sum_is_rounded_after_each_number_in_turn()
    {
        var rows = new SamplingRows(9);
        for (int round = 0; round < 400; round++)
        {
            float[] row = rows.Next(200 + (round * 37));
            float[] weights = new float[row.Length];
            Exponentials.Of(row, row.Max(), 1, weights);

            Assert.Equal(weights.Aggregate(0f, (sum, weight) => sum + weight), Exponentials.SumInTurn(weights));
        }
    }

    [Fact]
    public void A_target_is_found_where_the_sum_reaches_it()
    {
        var random = new Random(6);
        float[] weights = [.. Enumerable.Range(0, 3000).Select(i => i % 5 == 0 ? 0 : random.NextSingle())];
        for (int round = 0; round < 500; round++)
        {
            double target = random.NextDouble() * Exponentials.Sum(weights);
            double running = 0;
            int expected = 0;
            while ((running += weights[expected]) < target)
            {
                expected++;
            }

            Assert.Equal(expected, Exponentials.IndexOfSum(weights, target));
        }

        Assert.Equal(0, Exponentials.IndexOfSum(weights, 0));
        Assert.Equal(2999, Exponentials.IndexOfSum(weights, double.MaxValue));
    }
}
