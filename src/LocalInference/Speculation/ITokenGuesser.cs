namespace LocalInference;

/// <summary>Where the guesses of one request come from. Owned by the engine thread.</summary>
internal interface ITokenGuesser : IDisposable
{
    /// <summary>What one guess takes, as measured; 0: next to nothing.</summary>
    double SecondsPerGuess { get; }

    /// <summary>Takes note of a token that was chosen.</summary>
    void Append(int token);

    /// <summary>Guesses the tokens that follow.</summary>
    /// <returns>How many were found.</returns>
    int Guess(Span<int> tokens);
}
