namespace LocalInference.Server.Operation;

/// <summary>Counts the requests that run, and lets no more in when the server is to end. Safe for concurrent use.</summary>
internal sealed class RequestDrain
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    /// <summary>Whether the server takes no more work.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Completes when the server takes no more work.</summary>
    public Task Draining => _draining.Task;

    /// <summary>Begins a request, unless the server is to end.</summary>
    public bool TryBegin()
    {
        lock (_gate)
        {
            if (!IsDraining)
            {
                _running++;
            }

            return !IsDraining;
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _running--;
            CompleteIfIdle();
        }
    }

    /// <summary>Lets no more requests in.</summary>
    /// <returns>Completes when the last one has ended.</returns>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            IsDraining = true;
            _draining.TrySetResult();
            CompleteIfIdle();
        }

        return _idle.Task;
    }

    private void CompleteIfIdle()
    {
        if (IsDraining && _running == 0)
        {
            _idle.TrySetResult();
        }
    }
}
