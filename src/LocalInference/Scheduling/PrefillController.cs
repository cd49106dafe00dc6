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
    /// <summary>How much longer than before a step may take. Five is what users are promised; the rest is for noise.</summary>
    private const double Stretch = 4;

    // A prompt is read, however dear the steps without it have become.
    private const double LeastShare = 0.5;

    // As long as nothing was measured: few enough not to be noticed.
    private const int First = 8;

    // So many steps with prompts, and one goes without, so that what a bare one takes stays known.
    private const int MostInARow = 64;

    // A cheaper step counts this much. A dearer one counts at once, since the next would be as dear, but no more than twice as much as
    // was known: it may have been chance.
    private const double Weight = 0.2;

    private readonly StepCosts _calm = new();
    private double _secondsPerToken;
    private int _inARow;
    private bool _isPrefilling;
    private bool _isCalm = true;

    /// <summary>Most prompt tokens for a step in which some requests generate; now and then 0.</summary>
    /// <param name="rows">Rows that the step has for those, or the steps of other adapters that it holds up.</param>
    /// <param name="most">What the batch has room for.</param>
    public int Budget(int rows, int most)
    {
        _isPrefilling = true;
        if (_inARow >= MostInARow)
        {
            return 0;
        }

        double bare = costs.Measured(rows);
        double calm = _calm.Measured(rows) is > 0 and double measured ? measured : bare;
        double seconds = Math.Max((calm * Stretch) - bare, bare * LeastShare);
        double budget = bare > 0 && _secondsPerToken > 0 ? seconds / _secondsPerToken : First;
        return (int)Math.Min(Math.Max(budget, 1), most);
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
        double cost = takesTurns ? seconds / prompt : Math.Max(seconds - costs.Measured(rows), seconds * 0.1) / prompt;
        _secondsPerToken = _secondsPerToken == 0 ? cost
            : cost > _secondsPerToken ? Math.Min(cost, _secondsPerToken * 2)
            : _secondsPerToken + ((cost - _secondsPerToken) * Weight);
    }
}
