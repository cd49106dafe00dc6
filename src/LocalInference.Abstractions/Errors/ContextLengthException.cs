namespace LocalInference.Abstractions;

/// <summary>The prompt, or the prompt with its answer, is longer than the context.</summary>
public sealed class ContextLengthException : LocalInferenceException
{
    internal ContextLengthException(ErrorDetails details, Exception? innerException = null)
        : base(details, innerException)
    {
    }
}
