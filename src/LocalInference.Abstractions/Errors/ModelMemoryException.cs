namespace LocalInference.Abstractions;

/// <summary>The model or its KV cache does not fit the memory that is there.</summary>
public sealed class ModelMemoryException : LocalInferenceException
{
    internal ModelMemoryException(ErrorDetails details, Exception? innerException = null)
        : base(details, innerException)
    {
    }
}
