namespace LocalInference.Abstractions;

/// <summary>An adapter cannot be loaded, or a request names one that is not.</summary>
public sealed class AdapterException : LocalInferenceException
{
    internal AdapterException(ErrorDetails details, Exception? inner = null)
        : base(details, inner)
    {
    }
}
