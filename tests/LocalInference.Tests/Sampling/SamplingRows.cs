namespace LocalInference.Tests.Sampling;

/// <summary>Rows of logits of many shapes, and settings of the samplers, by chance from a seed.</summary>
internal sealed class SamplingRows(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>A row: peaked or flat, wide or narrow, shifted, with equal or forbidden logits.</summary>
    public float[] Next(int vocabularySize)
    {
        float[] row = new float[vocabularySize];
        int shape = _random.Next(6);
        float width = MathF.Exp((_random.NextSingle() * 5) - 1);
        float shift = (_random.NextSingle() * 40) - 20;
        float power = 1 + _random.Next(8);
        for (int i = 0; i < row.Length; i++)
        {
            float u = _random.NextSingle();
            row[i] = shape switch
            {
                0 => shift + (width * u),
                1 => shift + (width * MathF.Pow(u, power)),
                2 => shift + (width * Normal()),
                3 => (3 * Normal()) + (i % 997 == 0 ? 10 : 0),
                4 => -width * MathF.Log(u + 1e-9f),
                _ => Normal(),
            };
        }

        if (_random.Next(3) == 0)
        {
            row[_random.Next(row.Length)] += 5 + (20 * _random.NextSingle());
        }

        if (_random.Next(3) == 0)
        {
            Coarsen(row);
        }

        if (_random.Next(4) == 0)
        {
            Forbid(row);
        }

        return row;
    }

    // Steps that make logits equal, some or nearly all of them.
    private void Coarsen(float[] row)
    {
        float step = MathF.Pow(2, _random.Next(-12, 1));
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = MathF.Round(row[i] / step) * step;
        }
    }

    private void Forbid(float[] row)
    {
        int modulus = 2 + _random.Next(50);
        for (int i = 0; i < row.Length; i++)
        {
            if (i % modulus == 1)
            {
                row[i] = float.NegativeInfinity;
            }
        }
    }

    // Box and Muller.
    private float Normal() =>
        MathF.Sqrt(-2 * MathF.Log(1 - _random.NextSingle())) * MathF.Cos(2 * MathF.PI * _random.NextSingle());
}
