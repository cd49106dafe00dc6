namespace LocalInference;

/// <summary>
/// The guesses of one request, and what became of them. Guessing pauses when it does not pay, longer each time, and is tried again:
/// a text may begin to repeat itself later. Owned by the engine thread; allocates nothing after it was made.
/// </summary>
internal sealed class Speculation(ITokenGuesser guesser) : IDisposable
{
    /// <summary>Most guesses in one step.</summary>
    public const int MostGuesses = 8;

    private const double Weight = 0.1;
    private const int ShortestPause = 16;
    private const int LongestPause = 256;

    // The last token chosen and the guesses behind it.
    private readonly int[] _rows = new int[MostGuesses + 1];
    private double _acceptance = 0.5;
    private int _pause;
    private int _nextPause = ShortestPause;

    /// <summary>Guesses in the step.</summary>
    public int Count { get; private set; }

    /// <summary>The last token chosen and the guesses, as they are computed.</summary>
    public ReadOnlyMemory<int> Rows => _rows.AsMemory(0, Count + 1);

    /// <summary>Takes note of a token that was chosen.</summary>
    public void Append(int token) => guesser.Append(token);

    /// <summary>Makes the guesses of a step.</summary>
    /// <param name="last">The token chosen last.</param>
    /// <param name="most">Rows and cells there are for them.</param>
    /// <param name="otherRows">Rows of other requests.</param>
    /// <param name="costs">What rows take.</param>
    public void Guess(int last, int most, int otherRows, StepCosts costs)
    {
        _rows[0] = last;
        Count = 0;
        if (_pause > 0)
        {
            _pause--;
            return;
        }

        if (most <= 0)
        {
            return;
        }

        int promising = costs.BestGuesses(otherRows, _acceptance, Math.Min(most, MostGuesses), guesser.SecondsPerGuess);
        if (promising == 0)
        {
            _pause = _nextPause;
            _nextPause = Math.Min(_nextPause * 2, LongestPause);

            // The next try must have a chance to show that things have changed.
            _acceptance = Math.Max(_acceptance, 0.3);
            return;
        }

        Count = guesser.Guess(_rows.AsSpan(1, promising));
        if (Count > 0)
        {
            _nextPause = ShortestPause;
        }
    }

    /// <summary>Whether a token is what was guessed for its place.</summary>
    /// <param name="index">Place of the guess, from 0.</param>
    /// <param name="token">What the model chose.</param>
    public bool IsRight(int index, int token)
    {
        bool right = _rows[index + 1] == token;
        _acceptance += ((right ? 1 : 0) - _acceptance) * Weight;
        return right;
    }

    /// <summary>Gives up the guesses of a step that was not computed.</summary>
    public void Drop() => Count = 0;

    public void Dispose() => guesser.Dispose();
}
