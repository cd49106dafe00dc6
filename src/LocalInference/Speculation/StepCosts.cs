namespace LocalInference;

/// <summary>
/// What a step takes by the number of its rows, as measured: how dear a guess is. Owned by the engine thread; allocates nothing.
/// </summary>
internal sealed class StepCosts
{
    private const int MostRows = 64;

    // A new measurement counts this much: fast enough to follow a change of the number of threads.
    private const double Weight = 0.2;

    // What was not measured is assumed to be cheap, so that it is tried, and measured.
    private const double AssumedPerRow = 0.05;

    private readonly double[] _seconds = new double[MostRows + 1];

    /// <summary>Takes note of a step without prompt tokens.</summary>
    public void AfterStep(int rows, double seconds)
    {
        if (rows is > 0 and <= MostRows)
        {
            _seconds[rows] = _seconds[rows] == 0 ? seconds : _seconds[rows] + ((seconds - _seconds[rows]) * Weight);
        }
    }

    /// <summary>What such a step takes, in seconds, judged by the next smaller one that was measured; 0 where none was.</summary>
    public double Measured(int rows)
    {
        int known = NextMeasured(rows);
        return known > 0 ? _seconds[known] * (1 + ((rows - known) * AssumedPerRow)) : 0;
    }

    /// <summary>
    /// How many guesses promise the most tokens per second.
    /// </summary>
    /// <param name="otherRows">Rows that the step has for others, each of which gives a token.</param>
    /// <param name="acceptance">How probable it is that a guess is right, if those before it were.</param>
    /// <param name="most">Guesses that there may be.</param>
    /// <param name="secondsPerGuess">What it takes to make one.</param>
    public int BestGuesses(int otherRows, double acceptance, int most, double secondsPerGuess = 0)
    {
        int best = 0;
        double bestRate = (otherRows + 1) / Estimate(otherRows + 1);
        double expected = otherRows + 1;
        double probability = 1;
        for (int guesses = 1; guesses <= most && otherRows + 1 + guesses <= MostRows; guesses++)
        {
            probability *= acceptance;
            expected += probability;
            double rate = expected / (Estimate(otherRows + 1 + guesses) + (guesses * secondsPerGuess));
            if (rate > bestRate)
            {
                (best, bestRate) = (guesses, rate);
            }
        }

        return best;
    }

    // 1 for a single row where nothing is known: only ratios matter.
    private double Estimate(int rows) => Measured(rows) is > 0 and double seconds ? seconds : 1 + (rows * AssumedPerRow);

    private int NextMeasured(int rows)
    {
        int known = Math.Min(rows, MostRows);
        while (known > 0 && _seconds[known] == 0)
        {
            known--;
        }

        return known;
    }
}
