namespace LocalInference;

/// <summary>A request ended in a way that another one may not: it is repeated.</summary>
/// <param name="reason">What happened.</param>
/// <param name="retryAfter">How long the server wants to be left alone.</param>
/// <param name="inner">What it came from.</param>
internal sealed class TransferInterruptedException(string reason, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(reason, inner)
{
    public TimeSpan? RetryAfter => retryAfter;
}
