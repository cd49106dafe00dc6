namespace LocalInference.Training;

/// <summary>What a run knows besides parameters and moments.</summary>
internal sealed record RunState
{
    /// <summary>Steps that are done.</summary>
    public int Step { get; init; }

    /// <summary>The last step's loss.</summary>
    public double Loss { get; init; }

    /// <summary>The length of the last step's gradient.</summary>
    public double GradientNorm { get; init; }

    /// <summary>Whether the last step is still to be measured on the validation samples: what is told of it comes after that.</summary>
    public bool IsEvaluationDue { get; init; }

    /// <summary>The best loss on the validation samples so far.</summary>
    public double BestLoss { get; init; } = double.PositiveInfinity;

    /// <summary>Evaluations since then.</summary>
    public int Worse { get; init; }

    /// <summary>How gradients go back; what <see cref="BackwardPrecision.Auto"/> has chosen must not be chosen again.</summary>
    public BackwardPrecision Backward { get; init; }

    /// <summary>Memory of transposed copies, which says of which matrices there are some (<see cref="TransposedWeights.Choose"/>).</summary>
    public long TransposedBytes { get; init; }
}
