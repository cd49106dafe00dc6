namespace LocalInference.Abstractions;

/// <summary>No model is at the given path or under the given name.</summary>
public sealed class ModelNotFoundException : LocalInferenceException
{
    internal ModelNotFoundException(ErrorDetails details, Exception? innerException = null)
        : base(details, innerException)
    {
    }
}
