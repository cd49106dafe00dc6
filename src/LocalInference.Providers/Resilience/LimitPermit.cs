namespace LocalInference.Providers;

/// <summary>A request that was let through. Disposed when its answer is over.</summary>
internal sealed class LimitPermit(LimitGate gate, MinuteWindow.Place? share) : IDisposable
{
    private int _isOver;

    /// <summary>Says how many tokens it took after all.</summary>
    public void Correct(int tokens)
    {
        if (share is not null)
        {
            gate.Correct(share, tokens);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            gate.Exit();
        }
    }
}
