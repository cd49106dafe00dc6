namespace LocalInference.Abstractions;

/// <summary>A saved session cannot be used.</summary>
public sealed class SessionException : LocalInferenceException
{
    internal SessionException(ErrorDetails details, Exception? inner = null)
        : base(details, inner)
    {
    }
}
