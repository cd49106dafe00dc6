namespace LocalInference;

/// <summary>
/// Decides how many prompt tokens join a step in which other requests generate: as many as keep the step within a multiple of
/// what a step took before there were prompts. That is not what one takes without prompt tokens by now: those that generate pay for the
/// cells of a growing prompt beside them, too. What a prompt token costs is measured, not assumed: it grows with what the prompt has
/// behind it (on two cores tenfold within 4,000 tokens). Owned by the engine thread; allocates nothing.
/// </summary>
/// <param name="costs">What steps without prompt tokens take by now.</param>
/// <param name="takesTurns">
/// Whether prompt tokens have steps of their own, between those of the requests that generate; what keeps within the multiple is then both
/// steps together.
/// </param>
internal sealed class PrefillController(StepCosts costs, bool takesTurns)
{
    /// <summary>How much longer than before a step takes on average, and at most. Five is what users are promised; the rest is for noise.</summary>
    private const double Stretch = 4;
    private const double MostStretch = 4.6;

    // Prompts are read, however dear the steps without them have become: half of the time is theirs then. Those that generate would only
    // grow the longer, and with them what their steps take.
    private const double LeastShare = 1;

    // As long as nothing was measured: few enough not to be noticed.
    private const int First = 8;

    // So many steps with prompts, and one goes without, so that what a bare one takes stays known.
    private const int MostInARow = 64;

    // A step's share in what a token is taken to cost. What is far dearer than expected counts more, since the next would be as dear; no
    // single step is taken for more than Farthest times what was expected, since it may have been chance.
    private const double Weight = 0.2;
    private const double WeightOfFarDearer = 0.5;
    private const double FarDearer = 2;
    private const double Farthest = 4;

    private readonly StepCosts _calm = new();
    private double _secondsPerToken;
    private double _fraction;
    private int _inARow;
    private bool _isPrefilling;
    private bool _isCalm = true;

    /// <summary>Most prompt tokens for a step in which some requests generate; now and then 0.</summary>
    /// <param name="rows">Rows that the step has for those, or the steps of other adapters that it holds up.</param>
    /// <param name="prompts">Prompts that wait to be read.</param>
    /// <param name="most">What the batch has room for.</param>
    public int Budget(int rows, int prompts, int most)
    {
        _isPrefilling = true;
        if (_inARow >= MostInARow)
        {
            return 0;
        }

        double bare = costs.Measured(rows);
        double calm = _calm.Measured(rows) is > 0 and double measured ? measured : bare;

        // Where far more wait than generate (eight come at once, and the first is already answered), a request that waits has as much of the
        // time as one that does not.
        double seconds = Math.Max((calm * Stretch) - bare, bare * Math.Max(LeastShare, (double)prompts / rows));
        if (bare == 0 || _secondsPerToken == 0)
        {
            return Math.Min(First, most);
        }

        // Behind thousands of cells a step has two or three tokens, and the fraction of one is a large part of them.
        double tokens = Math.Max(seconds / _secondsPerToken, 1) + _fraction;
        _fraction = tokens - Math.Floor(tokens);
        double bound = Math.Max((calm * MostStretch) - bare, seconds) / _secondsPerToken;
        return (int)Math.Min(Math.Max(Math.Min(tokens, bound), 1), most);
    }

    /// <summary>Takes note that prompts are being read between the steps of those that generate, though none in this one.</summary>
    public void Expect() => _isPrefilling = true;

    /// <summary>Takes note of a step's time.</summary>
    /// <param name="rows">Rows of those that generated in it.</param>
    /// <param name="prompt">Prompt tokens in it.</param>
    /// <param name="seconds">What it took.</param>
    public void AfterStep(int rows, int prompt, double seconds)
    {
        bool isPrefilling = _isPrefilling;
        _isPrefilling = false;
        if (prompt == 0 || (rows == 0 && !isPrefilling))
        {
            _inARow = 0;
            if (prompt == 0 && _isCalm)
            {
                _calm.AfterStep(rows, seconds);
            }

            _isCalm = !isPrefilling;
            return;
        }

        _isCalm = false;
        _inARow++;
        double cost = (takesTurns ? seconds : Math.Max(seconds - costs.Measured(rows), seconds * 0.1)) / prompt;
        if (_secondsPerToken == 0)
        {
            _secondsPerToken = cost;
            return;
        }

        // By factors, so that noise up and noise down count the same: with two tokens in a step there is much of it.
        double factor = Math.Clamp(cost / _secondsPerToken, 1 / Farthest, Farthest);
        _secondsPerToken *= Math.Pow(factor, factor > FarDearer ? WeightOfFarDearer : Weight);
    }
}
