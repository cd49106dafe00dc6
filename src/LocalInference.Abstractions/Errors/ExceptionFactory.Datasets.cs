namespace LocalInference.Abstractions;

internal static partial class ExceptionFactory
{
    public static TrainingException Dataset(string path, string reason, string nextStep, string? value = null, string? limit = null, Exception? inner = null) => new(
        new("dataset_invalid", $"The dataset '{path}' cannot be used: {reason}", nextStep) { Value = value, Limit = limit },
        inner);
}
