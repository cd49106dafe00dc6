namespace LocalInference.Providers;

/// <summary>An answer of a provider that has begun. Disposed when it is read, or not wanted any more.</summary>
internal abstract class Reply(ReplyParts parts) : IAsyncDisposable
{
    protected ReplyParts Parts => parts;

    /// <summary>It was chosen: from now on only its caller and its own time end it.</summary>
    public void Win() => parts.Attempt.Win();

    public virtual ValueTask DisposeAsync()
    {
        parts.Dispose();
        return ValueTask.CompletedTask;
    }
}
