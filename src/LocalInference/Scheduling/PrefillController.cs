namespace LocalInference;

/// <summary>
/// Decides how many prompt tokens join a step in which other requests generate: as many as keep the step within a multiple of
/// what it takes without them. What a prompt token costs is measured, not assumed: it grows with what the prompt has behind it (on two
/// cores tenfold within 4,000 tokens). Owned by the engine thread; allocates nothing.
/// </summary>
internal sealed class PrefillController(StepCosts costs)
{
    /// <summary>How much longer than a bare one a step may take. Five is what users are promised; the rest is for noise.</summary>
    private const double Stretch = 4;

    // As long as nothing was measured: few enough not to be noticed.
    private const int First = 8;

    // So many steps with prompts, and one goes without, so that what a bare one takes stays known.
    private const int MostInARow = 64;

    // A cheaper step counts this much. A dearer one counts at once, since the next would be as dear, but no more than twice as much as
    // was known: it may have been chance.
    private const double Weight = 0.2;

    private double _secondsPerToken;
    private int _inARow;

    /// <summary>Most prompt tokens for a step in which some requests generate; now and then 0.</summary>
    /// <param name="rows">Rows that the step has for those.</param>
    /// <param name="most">What the batch has room for.</param>
    public int Budget(int rows, int most)
    {
        if (_inARow >= MostInARow)
        {
            return 0;
        }

        double bare = costs.Measured(rows);
        double budget = bare > 0 && _secondsPerToken > 0 ? bare * (Stretch - 1) / _secondsPerToken : First;
        return (int)Math.Min(Math.Max(budget, 1), most);
    }

    /// <summary>Takes note of a step's time.</summary>
    /// <param name="rows">Rows of those that generated in it.</param>
    /// <param name="prompt">Prompt tokens in it.</param>
    /// <param name="seconds">What it took.</param>
    public void AfterStep(int rows, int prompt, double seconds)
    {
        if (rows == 0 || prompt == 0)
        {
            _inARow = 0;
            return;
        }

        _inARow++;
        double cost = Math.Max(seconds - costs.Measured(rows), seconds * 0.1) / prompt;
        _secondsPerToken = _secondsPerToken == 0 ? cost
            : cost > _secondsPerToken ? Math.Min(cost, _secondsPerToken * 2)
            : _secondsPerToken + ((cost - _secondsPerToken) * Weight);
    }
}
