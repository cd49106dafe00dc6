namespace LocalInference.Abstractions;

/// <summary>The file is a model, but this engine cannot run it: unknown architecture, inconsistent metadata, missing tensors.</summary>
public sealed class ModelUnsupportedException : LocalInferenceException
{
    internal ModelUnsupportedException(ErrorDetails details, Exception? innerException = null)
        : base(details, innerException)
    {
    }
}
