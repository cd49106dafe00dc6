using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Which failures another model may make up for.</summary>
internal static class Fallback
{
    /// <summary>
    /// Whether another model is asked: for failures of the one that was asked, and for requests that it cannot take. Not for requests that
    /// are wrong whoever gets them, nor for what a provider refuses to talk about: asking around until somebody does would surprise.
    /// </summary>
    public static bool IsFor(Exception exception) => exception switch
    {
        ProviderException e => e.Kind is not (ProviderErrorKind.BadRequest or ProviderErrorKind.ContentFilter),
        GenerationException e => e.Code is "option_unsupported" or "content_unsupported" or "infill_unsupported",
        BusyException or ContextLengthException or ModelNotFoundException or ModelMemoryException or ModelUnsupportedException or NativeLibraryException or StoreException => true,
        _ => false,
    };
}
