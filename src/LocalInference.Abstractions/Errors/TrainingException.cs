namespace LocalInference.Abstractions;

/// <summary>A model cannot be trained, or not in the way that was asked for: its architecture, an option, the data, the memory, or a check that failed.</summary>
public sealed class TrainingException : LocalInferenceException
{
    internal TrainingException(ErrorDetails details, Exception? inner = null)
        : base(details, inner)
    {
    }
}
