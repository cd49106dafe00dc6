namespace LocalInference.Abstractions;

/// <summary>llama.cpp could not be loaded, or failed while running.</summary>
public sealed class NativeLibraryException : LocalInferenceException
{
    internal NativeLibraryException(ErrorDetails details, Exception? innerException = null)
        : base(details, innerException)
    {
    }
}
