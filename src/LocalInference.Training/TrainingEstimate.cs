using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>What a training will need, known before it begins.</summary>
/// <param name="Steps">Steps of the optimizer.</param>
/// <param name="Tokens">Tokens that are read in all steps together.</param>
/// <param name="TrainedParameters">Numbers that are trained.</param>
/// <param name="Checkpointing">Whether layers are computed twice.</param>
/// <param name="Backward">How gradients go back through frozen matrices.</param>
/// <param name="WeightBytes">The model's file, whose pages can be given back and are shared with a server.</param>
/// <param name="TransposedBytes">Transposed matrices.</param>
/// <param name="ParameterBytes">Trained numbers, their gradient and the optimizer's moments.</param>
/// <param name="ActivationBytes">What is between input and loss of the longest batch.</param>
/// <param name="AvailableBytes">Memory that is free now.</param>
public sealed record TrainingEstimate(
    int Steps,
    long Tokens,
    long TrainedParameters,
    bool Checkpointing,
    BackwardPrecision Backward,
    long WeightBytes,
    long TransposedBytes,
    long ParameterBytes,
    long ActivationBytes,
    long AvailableBytes)
{
    /// <summary>What a process takes that has .NET and llama.cpp loaded, and what products are packed into.</summary>
    public long ProcessBytes { get; init; }

    /// <summary>All of it: the most that is resident in a process that does nothing else.</summary>
    public long TotalBytes => ProcessBytes + WeightBytes + TransposedBytes + ParameterBytes + ActivationBytes;

    /// <exception cref="TrainingException">It does not fit.</exception>
    internal void RequireFit()
    {
        if (TotalBytes > AvailableBytes)
        {
            throw ExceptionFactory.TrainingMemory(TotalBytes, AvailableBytes);
        }
    }
}
