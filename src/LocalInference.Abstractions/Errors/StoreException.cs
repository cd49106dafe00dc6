namespace LocalInference.Abstractions;

/// <summary>
/// The model store cannot do what it was asked to: a name that is none, a damaged or incomplete model, a Modelfile that does not parse, a
/// download that failed.
/// </summary>
public sealed class StoreException : LocalInferenceException
{
    internal StoreException(ErrorDetails details, Exception? innerException = null)
        : base(details, innerException)
    {
    }
}
