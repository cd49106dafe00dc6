namespace LocalInference.Abstractions;

/// <summary>A request cannot be run as asked: an option out of range, a grammar that does not parse, a template that is not known.</summary>
public sealed class GenerationException : LocalInferenceException
{
    internal GenerationException(ErrorDetails details, Exception? innerException = null)
        : base(details, innerException)
    {
    }
}
