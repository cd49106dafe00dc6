using System.Globalization;
using System.Numerics.Tensors;

namespace LocalInference.Parity.Rounding;

/// <summary>How far the logits of some sequences are from those of the same sequences alone.</summary>
/// <param name="name">What the engine did otherwise.</param>
internal sealed class RoundingReport(string name)
{
    // A token may be another one where rounding can turn the order of the best two around; the bar leaves as much again.
    private const int GapOverDifference = 4;

    private double _squaredDifferences;
    private double _squares;

    /// <summary>Sequences compared.</summary>
    public int Sequences { get; private set; }

    /// <summary>Positions compared.</summary>
    public int Positions { get; private set; }

    /// <summary>
    /// The largest normalized mean squared error of a sequence: the sum of its squared differences over the sum of the squares of
    /// what is computed alone.
    /// </summary>
    public double Error { get; private set; }

    /// <summary>The largest such error of a single position.</summary>
    public double WorstPosition { get; private set; }

    /// <summary>Tokens that are others than alone, where the best two are so close that rounding decides.</summary>
    public int Ties { get; private set; }

    /// <summary>Tokens that are others than alone, where it does not.</summary>
    public int WrongTokens { get; private set; }

    /// <summary>Whether no sequence is further off than that, and no token is wrong.</summary>
    public bool Meets(double bar) => Positions > 0 && Error <= bar && WrongTokens == 0;

    /// <summary>Ends a sequence, whose positions were added.</summary>
    public void EndSequence()
    {
        Sequences++;
        Error = Math.Max(Error, _squaredDifferences / _squares);
        (_squaredDifferences, _squares) = (0, 0);
    }

    /// <summary>Adds one position.</summary>
    /// <param name="ours">Its logits.</param>
    /// <param name="alone">Those of the same tokens alone.</param>
    /// <param name="token">What was chosen.</param>
    public void Add(ReadOnlySpan<float> ours, ReadOnlySpan<float> alone, int token)
    {
        double squaredDifferences = 0;
        double squares = 0;
        float largest = 0;
        float second = float.NegativeInfinity;
        int best = TensorPrimitives.IndexOfMax(alone);
        for (int i = 0; i < alone.Length; i++)
        {
            float difference = ours[i] - alone[i];
            squaredDifferences += (double)difference * difference;
            squares += (double)alone[i] * alone[i];
            largest = Math.Max(largest, Math.Abs(difference));
            second = i == best ? second : Math.Max(second, alone[i]);
        }

        _squaredDifferences += squaredDifferences;
        _squares += squares;
        WorstPosition = Math.Max(WorstPosition, squaredDifferences / squares);
        Positions++;
        if (token != best)
        {
            bool isTie = alone[best] - second <= GapOverDifference * largest;
            Ties += isTie ? 1 : 0;
            WrongTokens += isTie ? 0 : 1;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {Positions:N0} positions of {Sequences} sequences, NMSE {Error:0.0e+0} at most, {WorstPosition:0.0e+0} at the worst position; other tokens: {Ties} ties, {WrongTokens} wrong");
}
