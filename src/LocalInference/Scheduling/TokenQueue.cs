using System.Threading.Tasks.Sources;

namespace LocalInference;

/// <summary>
/// Tokens on their way from the engine's thread to one reader. Writing neither waits nor runs the reader's code, and allocates nothing once
/// there is room: a reader that waits is handed to <see cref="TokenDelivery"/>.
/// </summary>
internal sealed class TokenQueue : IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private const int Room = 32;

    private readonly Lock _gate = new();
    private readonly Queue<TokenEvent> _events = new(Room);

    // Its continuation runs where Deliver is called. Only who takes _isAwaited back may complete it.
    private ManualResetValueTaskSourceCore<bool> _wait;
    private bool _isAwaited;
    private bool _isComplete;
    private Exception? _error;

    /// <summary>Whether there is something to read, once that is known; <see langword="false"/>: nothing comes any more. One reader waits at a time.</summary>
    public ValueTask<bool> WaitToReadAsync()
    {
        lock (_gate)
        {
            if (_events.Count > 0 || _isComplete)
            {
                return _events.Count > 0 || _error is null ? new(_events.Count > 0) : ValueTask.FromException<bool>(_error);
            }

            _wait.Reset();
            _isAwaited = true;
            return new ValueTask<bool>(this, _wait.Version);
        }
    }

    public bool TryRead(out TokenEvent token)
    {
        lock (_gate)
        {
            return _events.TryDequeue(out token);
        }
    }

    /// <summary>Adds a token; none once it is complete. Called by the engine's thread.</summary>
    public void Write(in TokenEvent token)
    {
        lock (_gate)
        {
            if (_isComplete)
            {
                return;
            }

            _events.Enqueue(token);
            if (!_isAwaited)
            {
                return;
            }

            _isAwaited = false;
        }

        TokenDelivery.Add(this);
    }

    /// <summary>Says that nothing comes behind what is written. What is said first holds.</summary>
    /// <param name="error">What the reader is told behind the last token; <see langword="null"/>: nothing.</param>
    public void Complete(Exception? error = null)
    {
        lock (_gate)
        {
            if (_isComplete)
            {
                return;
            }

            _isComplete = true;
            _error = error;
            if (!_isAwaited)
            {
                return;
            }

            _isAwaited = false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Lets the reader go on, here and now.</summary>
    public void Deliver()
    {
        bool any;
        lock (_gate)
        {
            any = _events.Count > 0;
        }

        if (any || _error is null)
        {
            _wait.SetResult(any);
        }
        else
        {
            _wait.SetException(_error);
        }
    }

    void IThreadPoolWorkItem.Execute() => Deliver();

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);
}
