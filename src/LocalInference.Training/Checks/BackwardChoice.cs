namespace LocalInference.Training;

/// <summary>Makes the transposed matrices, and looks at whether the gradient through rounded ones still points where the exact one does.</summary>
/// <param name="model">The model whose matrices they are.</param>
/// <param name="open">A pass over it, for one gradient: its memory is free again before that of the next, of copies and of the run is taken.</param>
/// <param name="parameters">What gradients are those of.</param>
/// <param name="options">How they are computed.</param>
/// <param name="threads">Threads that make the matrices.</param>
/// <param name="leastCosine">How far gradients may point apart.</param>
internal sealed class BackwardChoice(TrainableModel model, Func<ModelPass> open, ParameterSet parameters, TrainingOptions options, int threads, double leastCosine = BackwardChoice.LeastCosine)
{
    // Measured with Q8_0 on random weights: 0.9998. A step along a gradient that is off by this much is 0.1 % shorter.
    internal const double LeastCosine = 0.999;

    /// <summary>Makes them.</summary>
    /// <param name="need">How, and in how much memory.</param>
    /// <param name="fallback">
    /// What it is given up for where its gradient, compared with the exact one, does not suffice; <see langword="null"/>: it is not compared.
    /// </param>
    /// <param name="batches">What to compare on.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>
    /// Which of both was chosen, and the matrices, which the model uses until they are disposed; <see langword="null"/> if they are made on the fly.
    /// </returns>
    public (TrainingEstimate Chosen, TransposedWeights? Copies) Make(TrainingEstimate need, TrainingEstimate? fallback, IReadOnlyList<TrainingSample[]> batches, CancellationToken cancellationToken)
    {
        if (fallback is null)
        {
            return (need, Copies(need));
        }

        // Two batches would say no more than one, and the first step's gradient is that of B alone, because B is zero.
        float[] exact = Gradient(batches[0], cancellationToken).ToArray();
        TransposedWeights? copies = Copies(need);
        try
        {
            if (Cosine(exact, Gradient(batches[0], cancellationToken)) >= leastCosine)
            {
                return (need, copies);
            }
        }
        catch
        {
            copies?.Dispose();
            throw;
        }

        copies?.Dispose();
        return (fallback, Copies(fallback));
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

    private TransposedWeights? Copies(TrainingEstimate need) => TransposedWeights.TypeOf(need.Backward) is { } type
        ? new TransposedWeights(TransposedWeights.Choose(model.Matrices, type, need.TransposedBytes), type, threads)
        : null;

    private ReadOnlySpan<float> Gradient(TrainingSample[] batch, CancellationToken cancellationToken)
    {
        using ModelPass pass = open();
        new GradientComputer(pass, parameters, options).AddGradients([batch], 0, cancellationToken);
        return parameters.Gradients;
    }
}
