using LocalInference.Server.Http;

namespace LocalInference.Server.Operation;

/// <summary>Counts the requests that run, and lets no more in when the server is to end. Safe for concurrent use.</summary>
internal sealed class RequestDrain : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private int _running;

    public RequestDrain() => Over = _over.Token;

    /// <summary>Says that requests which still run are waited for no longer: they have a moment to tell their callers.</summary>
    public CancellationToken Over { get; }

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

    /// <summary>Ends the requests that still run.</summary>
    public Task GiveUpAsync() => _over.CancelAsync();

    /// <summary>Whether something was ended by <see cref="Over"/>, and not by its caller.</summary>
    /// <param name="e">How it ended.</param>
    /// <param name="caller">Says that the caller has left.</param>
    /// <param name="over">Where it is <see cref="Over"/>.</param>
    public static bool HasEnded(Exception e, CancellationToken caller, CancellationToken over) =>
        e is OperationCanceledException and not ReaderLeftException && over.IsCancellationRequested && !caller.IsCancellationRequested;

    public void Dispose() => _over.Dispose();

    private void CompleteIfIdle()
    {
        if (IsDraining && _running == 0)
        {
            _idle.TrySetResult();
        }
    }
}
