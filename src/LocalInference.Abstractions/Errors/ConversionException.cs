namespace LocalInference.Abstractions;

/// <summary>A model or an adapter cannot be converted, quantized or merged as asked. What was to be written is not there, or as it was.</summary>
public sealed class ConversionException : LocalInferenceException
{
    internal ConversionException(ErrorDetails details, Exception? innerException = null)
        : base(details, innerException)
    {
    }
}
