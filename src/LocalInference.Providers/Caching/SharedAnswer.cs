using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// An answer that is made once and read by all who asked for the same while it was made. It goes on while anybody reads it. Safe for
/// concurrent use.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The source has neither a timer nor a handle, and the last reader may cancel it after the answer ended.")]
internal sealed class SharedAnswer
{
    private readonly Lock _lock = new();
    private readonly List<GenerationEvent> _events = [];
    private readonly CancellationTokenSource _left = new();
    private TaskCompletionSource? _more;
    private ExceptionDispatchInfo? _failure;
    private bool _isOver;
    private bool _isGivenUp;
    private int _readers;

    /// <summary>Cancelled when nobody reads it any more.</summary>
    public CancellationToken Left => _left.Token;

    /// <summary>All of it so far. Only for who makes it.</summary>
    public IReadOnlyList<GenerationEvent> Events => _events;

    /// <summary>Another one reads it; false: everybody has left, and it is being given up.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_isGivenUp)
            {
                return false;
            }

            _readers++;
            return true;
        }
    }

    public void Add(GenerationEvent e)
    {
        lock (_lock)
        {
            _events.Add(e);
            Wake();
        }
    }

    public void End(Exception? failure)
    {
        lock (_lock)
        {
            _isOver = true;
            _failure = failure is null ? null : ExceptionDispatchInfo.Capture(failure);
            Wake();
        }
    }

    /// <summary>Reads it from its beginning, for one who joined.</summary>
    public async IAsyncEnumerable<GenerationEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (int i = 0; ;)
            {
                GenerationEvent? e = null;
                Task? more = null;
                lock (_lock)
                {
                    if (i < _events.Count)
                    {
                        e = _events[i++];
                    }
                    else if (_isOver)
                    {
                        break;
                    }
                    else
                    {
                        more = (_more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                    }
                }

                if (e is not null)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return e;
                }
                else
                {
                    await more!.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            _failure?.Throw();
        }
        finally
        {
            Leave();
        }
    }

    private void Wake()
    {
        _more?.SetResult();
        _more = null;
    }

    private void Leave()
    {
        lock (_lock)
        {
            _isGivenUp = --_readers == 0 && !_isOver;
        }

        if (_isGivenUp)
        {
            _left.Cancel();
        }
    }
}
