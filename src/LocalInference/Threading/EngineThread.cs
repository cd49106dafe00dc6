using System.Collections.Concurrent;

namespace LocalInference;

/// <summary>
/// The thread of an engine: takes jobs in, computes step after step while there is something to compute, and sleeps otherwise. It alone
/// touches what is native; others talk to it through jobs. Stopping it ends all jobs.
/// </summary>
/// <typeparam name="TJob">What is computed.</typeparam>
internal abstract class EngineThread<TJob> : IAsyncDisposable
    where TJob : class
{
    private readonly ConcurrentQueue<TJob> _mailbox = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TJob? _alone;
    private bool _stopping;

    /// <summary>Orders those who talk to the thread among each other, and against the change of steps and the end of the thread.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Whether it takes no jobs any more. Who relies on it to be false holds <see cref="Gate"/>.</summary>
    protected bool IsStopping => Volatile.Read(ref _stopping);

    /// <summary>The job that has the step to itself, if any.</summary>
    protected abstract TJob? Alone { get; }

    /// <summary>Ends all jobs and completes when the thread has ended.</summary>
    public ValueTask DisposeAsync()
    {
        lock (Gate)
        {
            if (!_stopping)
            {
                _stopping = true;
                RaiseAbort();
                _wake.Set();
            }
        }

        return new ValueTask(_stopped.Task);
    }

    /// <summary>Begins; the last thing that a constructor does.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="stackBytes">Its stack; 0: the system's default.</param>
    /// <remarks>What flows with the caller, such as its activity and its log's scopes, would otherwise live as long as the thread.</remarks>
    protected void Start(string name, int stackBytes = 0) => new Thread(Run, stackBytes) { IsBackground = true, Name = name }.UnsafeStart();

    /// <summary>Hands over a job. The caller holds <see cref="Gate"/>, and has seen that the thread is not stopping.</summary>
    protected void Post(TJob job)
    {
        _mailbox.Enqueue(job);
        _wake.Set();
    }

    /// <summary>Has the thread look whether there is something to do.</summary>
    protected void Wake()
    {
        lock (Gate)
        {
            if (!_stopped.Task.IsCompleted)
            {
                _wake.Set();
            }
        }
    }

    /// <summary>Has the thread notice that a job was given up. What it computes alone is interrupted; a step shared with others is finished.</summary>
    protected void Interrupt(TJob job)
    {
        lock (Gate)
        {
            if (!_stopped.Task.IsCompleted)
            {
                if (_alone == job)
                {
                    RaiseAbort();
                }

                _wake.Set();
            }
        }
    }

    /// <summary>Queues a job that was handed over.</summary>
    protected abstract void Add(TJob job);

    /// <summary>Does what else was asked of the thread, between two steps.</summary>
    protected virtual void RunErrands()
    {
    }

    /// <summary>Puts a step together.</summary>
    /// <returns>Whether there is anything to compute.</returns>
    protected abstract bool Prepare();

    /// <summary>Computes the step.</summary>
    protected abstract void Compute();

    /// <summary>Leaves a step whose only job was given up before it began.</summary>
    protected virtual void GiveUp()
    {
    }

    /// <summary>A step failed: ends those who were in it.</summary>
    protected abstract void Fail(Exception e);

    /// <summary>Ends all jobs, queued ones too.</summary>
    protected abstract void FailAll(Exception e);

    /// <summary>Frees what is native; the thread ends.</summary>
    protected abstract void Release();

    /// <summary>Whether a job was given up.</summary>
    protected abstract bool IsGivenUp(TJob job);

    /// <summary>Interrupts the step that is computed, from any thread.</summary>
    protected abstract void RaiseAbort();

    /// <summary>Takes an interruption back that came before the step.</summary>
    protected abstract void LowerAbort();

    private void Run()
    {
        bool busy = false;
        while (true)
        {
            Collect();
            if (IsStopping)
            {
                break;
            }

            bool computes = TryStep();
            if (computes != busy)
            {
                busy = computes;
                Announce(busy);
            }

            if (!computes)
            {
                // Until a job comes or goes, or a reader catches up.
                _wake.WaitOne();
            }
        }

        if (busy)
        {
            Announce(busy: false);
        }

        var disposed = new ObjectDisposedException(nameof(LocalModel));
        FailAll(disposed);
        lock (Gate)
        {
            Collect();
            FailAll(disposed);
            Release();
            _wake.Dispose();
            _stopped.SetResult();
        }
    }

    // False: there is nothing to compute.
    private bool TryStep()
    {
        try
        {
            if (!Prepare())
            {
                // An idle engine keeps nobody's results.
                lock (Gate)
                {
                    _alone = null;
                }

                return false;
            }

            if (BeginStep())
            {
                Compute();
            }
            else
            {
                GiveUp();
            }
        }
        catch (Exception e)
        {
            // Nothing may end the host's process. Those who wait can still be served.
            Fail(e);
        }

        return true;
    }

    // An abort is meant for the job that has the step to itself, or for all. False: it came before the step.
    private bool BeginStep()
    {
        lock (Gate)
        {
            if (_stopping)
            {
                return false;
            }

            LowerAbort();
            _alone = Alone;
            return _alone is null || !IsGivenUp(_alone);
        }
    }

    private void Collect()
    {
        while (_mailbox.TryDequeue(out TJob? job))
        {
            Add(job);
        }

        RunErrands();
    }

    private static void Announce(bool busy)
    {
        if (busy)
        {
            ActiveEngines.Enter();
        }
        else
        {
            ActiveEngines.Leave();
        }
    }
}
