using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Refuses options that mean nothing, with the name of the option.</summary>
internal static class TrainingOptionsCheck
{
    public static void Run(TrainingOptions options)
    {
        Within(nameof(options.Rank), options.Rank, 1, 4096);
        Within(nameof(options.Alpha), options.Alpha, float.Epsilon, float.MaxValue);
        Within(nameof(options.Dropout), options.Dropout, 0, 0.99f);
        Within(nameof(options.Epochs), options.Epochs, 1, int.MaxValue);
        Within(nameof(options.MaxSteps), options.MaxSteps ?? 1, 1, int.MaxValue);
        Within(nameof(options.BatchSize), options.BatchSize, 1, 4096);
        Within(nameof(options.Accumulate), options.Accumulate, 1, 4096);
        Within(nameof(options.LearningRate), options.LearningRate, float.Epsilon, 1);
        Within(nameof(options.Warmup), options.Warmup, 0, 1);
        Within(nameof(options.WeightDecay), options.WeightDecay, 0, 1);
        Within(nameof(options.MaxGradientNorm), options.MaxGradientNorm, float.Epsilon, float.PositiveInfinity);
        Within(nameof(options.MaxLength), options.MaxLength, 2, int.MaxValue);
        Within(nameof(options.Threads), options.Threads ?? 1, 1, Ggml.MaxThreads);
        Within(nameof(options.EvaluationInterval), options.EvaluationInterval ?? 1, 1, int.MaxValue);
        Within(nameof(options.Patience), options.Patience ?? 1, 1, int.MaxValue);
        Within(nameof(options.CheckpointInterval), options.CheckpointInterval, 1, int.MaxValue);
        if ((options.Targets & LoraTargets.All) == LoraTargets.None || (options.Targets & ~LoraTargets.All) != LoraTargets.None)
        {
            throw ExceptionFactory.TrainingOption(nameof(options.Targets), "names no matrices, or some that there are not", $"{options.Targets}", nameof(LoraTargets.All));
        }

        Defined(nameof(options.Mode), options.Mode);
        Defined(nameof(options.Optimizer), options.Optimizer);
        if (options.Optimizer == OptimizerKind.Muon && options.Mode != TrainingMode.Full)
        {
            throw ExceptionFactory.TrainingOption(nameof(options.Optimizer), "moves whole matrices of a model, and an adapter has none", $"{options.Optimizer}", nameof(OptimizerKind.AdamW));
        }

        Defined(nameof(options.Schedule), options.Schedule);
        Defined(nameof(options.Backward), options.Backward);
    }

    // NaN is within nothing.
    private static void Within(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
        {
            throw ExceptionFactory.TrainingOption(name, $"must be from {least:G3} to {most:G3}", $"{value:G9}", $"{(value < least ? least : most):G9}");
        }
    }

    private static void Defined<T>(string name, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw ExceptionFactory.TrainingOption(name, "is nothing that there is", $"{value}", string.Join(", ", Enum.GetNames<T>()));
        }
    }
}
