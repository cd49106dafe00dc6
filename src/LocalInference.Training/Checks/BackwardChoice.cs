namespace LocalInference.Training;

/// <summary>Makes the transposed matrices, and looks at whether the gradient through rounded ones still points where the exact one does.</summary>
/// <param name="model">The model whose matrices they are.</param>
/// <param name="computer">Computes gradients.</param>
/// <param name="parameters">What they are the gradients of.</param>
/// <param name="threads">Threads that make the matrices.</param>
/// <param name="leastCosine">How far gradients may point apart.</param>
internal sealed class BackwardChoice(TrainableModel model, GradientComputer computer, ParameterSet parameters, int threads, double leastCosine = BackwardChoice.LeastCosine)
{
    // Measured with Q8_0 on random weights: 0.9998. A step along a gradient that is off by this much is 0.1 % shorter.
    internal const double LeastCosine = 0.999;

    /// <summary>What <see cref="Make"/> has chosen.</summary>
    public BackwardPrecision Chosen { get; private set; }

    /// <summary>Makes them.</summary>
    /// <param name="precision">How.</param>
    /// <param name="mayChange">Whether Q8_0 is compared with the exact gradient and given up for BF16 where it does not suffice.</param>
    /// <param name="batches">What to compare on.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The matrices, which the model uses until they are disposed; <see langword="null"/> if they are made on the fly.</returns>
    public TransposedWeights? Make(BackwardPrecision precision, bool mayChange, IReadOnlyList<TrainingSample[]> batches, CancellationToken cancellationToken)
    {
        Chosen = precision;
        if (precision == BackwardPrecision.OnTheFly)
        {
            return null;
        }

        IReadOnlyList<Weight> matrices = [.. model.Matrices];
        if (!mayChange)
        {
            return new TransposedWeights(matrices, precision, threads);
        }

        // Two batches would say no more than one, and the first step's gradient is that of B alone, because B is zero.
        computer.AddGradients([batches[0]], 0, cancellationToken);
        float[] exact = parameters.Gradients.ToArray();
        TransposedWeights weights = new(matrices, precision, threads);
        try
        {
            computer.AddGradients([batches[0]], 0, cancellationToken);
            if (Cosine(exact, parameters.Gradients) >= leastCosine)
            {
                return weights;
            }
        }
        catch
        {
            weights.Dispose();
            throw;
        }

        weights.Dispose();
        Chosen = BackwardPrecision.BF16;
        return new TransposedWeights(matrices, Chosen, threads);
    }

    /// <summary>The cosine of the angle between two gradients; 1 for two that are zero.</summary>
    public static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double product = 0;
        double squareA = 0;
        double squareB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            squareA += (double)a[i] * a[i];
            squareB += (double)b[i] * b[i];
        }

        return squareA == 0 && squareB == 0 ? 1 : product / Math.Sqrt(squareA * squareB);
    }
}
